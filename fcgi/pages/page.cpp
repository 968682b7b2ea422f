#include "fcgi/pages/page.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

#include "core/base64.h"
#include "core/html.h"
#include "fcgi/embedded_file.h"
#include "fcgi/pages/accent.h"
#include "fcgi/pages/wording.h"

namespace claimcheck::fcgi {
namespace {

/// Lets the one style or script with this text through, and no other. Source: Content Security Policy Level 3, section 2.3.1.
std::string allowed(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return "'sha256-" + base64({reinterpret_cast<const char*>(digest.data()), digest.size()}) + "'";
}

/// The button leads to the site's configured address, which may be another than the one that the page was opened by (with or
/// without www).
std::string content_security_policy(const Site& site, std::string_view style, std::string_view script) {
  const std::string origin = site.url.substr(0, site.url.find('/', site.url.find("://") + 3));
  return fmt::format(
      "default-src 'none'; style-src {}; script-src {}; img-src {}; form-action 'self' {}; base-uri 'none'; frame-ancestors "
      "'none'",
      allowed(style), allowed(script), site.logo.empty() ? "data:" : "data: 'self'", origin);
}

std::string meta_of(const PageHead& head, const Site& site) {
  if (head.description.empty()) return {};
  const auto meta = [](const char* name, const std::string& value) {
    return fmt::format("<meta property=\"{}\" content=\"{}\">", name, html_escaped(value));
  };
  return meta("og:type", "website") + meta("og:title", head.title) + meta("og:description", head.description) +
         meta("og:site_name", site.name);
}

}  // namespace

Reply html_page(const PageHead& head, const std::string& content, const Site& site, Language language) {
  static const std::string fixed_style =
      std::string{embedded_file("pages/theme.css")} + std::string{embedded_file("pages/page.css")};
  const std::string style = fixed_style + accent_rule(site.color);
  const std::string_view script = embedded_file("pages/page.js");
  Reply reply;
  reply.status = head.status;
  add_common_headers(reply);
  reply.set("Content-Type", "text/html; charset=utf-8");
  reply.set("Content-Language", std::string{wording(language).code});
  reply.set("Content-Security-Policy", content_security_policy(site, style, script));
  const std::string name = html_escaped(site.name);
  const std::string logo = site.logo.empty() ? "" : fmt::format("<img src=\"{}\" alt=\"\">", html_escaped(site.logo));
  reply.text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · {name}</title>{meta}"
      "<link rel=\"icon\" href=\"data:,\"><style>{style}</style></head>\n"
      "<body><header>{logo}<span dir=\"auto\">{name}</span></header>\n<main><div class=\"card\">{content}</div></main>\n"
      "<footer>{support}</footer>\n<script>{script}</script></body></html>\n",
      fmt::arg("lang", wording(language).code), fmt::arg("title", html_escaped(head.title)), fmt::arg("name", name),
      fmt::arg("meta", meta_of(head, site)), fmt::arg("style", style), fmt::arg("logo", logo), fmt::arg("content", content),
      fmt::arg("support", support_line(site, language)), fmt::arg("script", script));
  return reply;
}

std::string support_line(const Site& site, Language language) {
  if (site.support.empty()) return {};
  const std::string target = site.support.find("://") == std::string::npos ? "mailto:" + site.support : site.support;
  return fmt::format("{} <a href=\"{}\">{}</a>", wording(language).questions, html_escaped(target), html_escaped(site.support));
}

std::string time_element(const std::string& moment) {
  // "2027-01-15T08:00:00Z" as "2027-01-15 08:00 UTC".
  return fmt::format("<time datetime=\"{}\">{} {} UTC</time>", moment, moment.substr(0, 10), moment.substr(11, 5));
}

}  // namespace claimcheck::fcgi
