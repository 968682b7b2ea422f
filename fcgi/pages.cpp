#include "fcgi/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/html.h"
#include "core/quantity.h"
#include "core/representation.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::string_view style =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:10vh auto;padding:0 1rem;color:#1c2733;background:#fff}"
    "h1{font-size:1.5rem;line-height:1.2}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem "
    "1rem}dt{color:#5a6774}dd{margin:0;"
    "overflow-wrap:anywhere}button{font:inherit;padding:.75rem "
    "1.5rem;border:0;border-radius:.4rem;background:#0b5fad;color:#fff;"
    "cursor:pointer}button:focus-visible{outline:3px solid #e0a100;outline-offset:2px}footer{margin-top:3rem;color:#5a6774}"
    "@media(prefers-color-scheme:dark){body{color:#e6ebf0;background:#14191f}dt,footer{color:#9fb0c0}a{color:#8cc2ff}}";

/// No script at all can run, and nothing is loaded from anywhere. The button leads to the site's configured address, which may
/// be another than the one that the page was opened by (with or without www).
std::string content_security_policy(const Site& site) {
  const std::string origin = site.url.substr(0, site.url.find('/', site.url.find("://") + 3));
  return fmt::format(
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'", origin);
}

Reply html_reply(int status, std::string_view title, const std::string& content, const Site& site) {
  Reply reply;
  reply.status = status;
  add_common_headers(reply);
  reply.set("Content-Type", "text/html; charset=utf-8");
  reply.set("Content-Security-Policy", content_security_policy(site));
  const std::string name = html_escaped(site.name);
  reply.text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">"
      "<title>{0} · {1}</title><style>{2}</style></head>\n<body><main>{3}</main>\n<footer>{1}</footer></body></html>\n",
      html_escaped(title), name, style, content);
  return reply;
}

/// "Questions? Write to …", or nothing.
std::string support_line(const Site& site) {
  if (site.support.empty()) return {};
  const std::string target = site.support.find("://") == std::string::npos ? "mailto:" + site.support : site.support;
  return fmt::format("<p>Questions? <a href=\"{}\">{}</a></p>", html_escaped(target), html_escaped(site.support));
}

std::string shown(const Detail& detail) {
  if (const auto* number = std::get_if<std::int64_t>(&detail)) return fmt::format("{}", *number);
  return std::get<std::string>(detail);
}

/// "last_used_at" as a person reads it: "Last used at".
std::string label(std::string name) {
  std::ranges::replace(name, '_', ' ');
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string_view message_of(const Error& error, const ErrorRow& row) {
  return row.tells_why && *error.what() != '\0' ? std::string_view{error.what()} : row.message;
}

Reply html_error(const Error& error, const ErrorRow& row, int status, const Site& site) {
  std::string facts;
  for (const auto& [name, value] : error.details())
    facts += fmt::format("<dt>{}</dt><dd>{}</dd>", html_escaped(label(name)), html_escaped(shown(value)));
  if (!facts.empty()) facts = "<dl>" + facts + "</dl>";
  return html_reply(status, row.title,
                    fmt::format("<h1>{}</h1><p>{}</p>{}<p>{}</p>{}", html_escaped(row.title),
                                html_escaped(message_of(error, row)), facts, html_escaped(row.advice), support_line(site)),
                    site);
}

Reply json_error(const Error& error, const ErrorRow& row, int status, const Site& site) {
  Json details = Json::object();
  for (const auto& [name, value] : error.details())
    std::visit([&, &key = name](const auto& shown_value) { details[key] = shown_value; }, value);
  if (!site.support.empty()) details["support"] = site.support;
  const Json body{{"error", row.name}, {"message", message_of(error, row)}, {"code", status}, {"details", details}};
  return json_reply(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Reply text_error(const Error& error, const ErrorRow& row, int status) {
  Reply reply;
  reply.status = status;
  add_common_headers(reply);
  reply.set("Content-Type", "text/plain; charset=utf-8");
  reply.text = fmt::format("{}: {} {}\n", row.name, message_of(error, row), row.advice);
  return reply;
}

}  // namespace

Reply json_reply(int status, const std::string& json) {
  Reply reply;
  reply.status = status;
  add_common_headers(reply);
  reply.set("Content-Type", "application/json");
  reply.text = json + "\n";
  return reply;
}

Reply landing_page(const Token& token, const Site& site) {
  std::string uses;
  if (token.max_uses > 0)
    uses = fmt::format("<dt>Downloads left</dt><dd>{}</dd>", std::max<std::int64_t>(0, token.max_uses - token.uses));
  const std::string content = fmt::format(
      "<h1>{}</h1><dl><dt>Size</dt><dd>{}</dd><dt>Available until</dt><dd><time datetime=\"{}\">{}</time></dd>{}</dl>"
      "<form method=\"post\"><button>Download</button></form>"
      "<p>If the download breaks, let your browser resume it: that does not count again.</p>{}",
      html_escaped(token.filename), format_size(token.version.size), format_rfc3339(token.expires_at),
      format_http_date(token.expires_at), uses, support_line(site));
  return html_reply(200, token.filename, content, site);
}

Reply error_reply(const Error& error, Surface surface, Format format, const Site& site) {
  const ErrorRow& row = row_of(error.code());
  const int status = row.status(surface);
  Reply reply = format == Format::html   ? html_error(error, row, status, site)
                : format == Format::json ? json_error(error, row, status, site)
                                         : text_error(error, row, status);
  if (row.retry_after > 0) reply.set("Retry-After", fmt::format("{}", row.retry_after));
  for (const auto& [name, value] : error.details()) {
    if (error.code() == Errc::method_not_allowed && name == "allow") reply.set("Allow", shown(value));
    if (error.code() == Errc::range_not_satisfiable && name == "size") reply.set("Content-Range", "bytes */" + shown(value));
  }
  if (status == 401) reply.set("WWW-Authenticate", "Bearer realm=\"claimcheck\"");
  return reply;
}

}  // namespace claimcheck::fcgi
