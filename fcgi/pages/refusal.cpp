#include "fcgi/pages/refusal.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/html.h"
#include "core/time.h"
#include "fcgi/error_table.h"
#include "fcgi/pages/page.h"
#include "fcgi/pages/wording.h"

namespace claimcheck::fcgi {
namespace {

bool has(const Error& error, std::string_view name) {
  return std::ranges::any_of(error.details(), [&](const auto& detail) { return detail.first == name; });
}

Explained explanation_of(const Error& error, Language language) {
  Explained text = explained(error.code(), language);
  const Wording& words = wording(language);
  if (row_of(error.code()).tells_why && *error.what() != '\0') text.message = error.what();
  if (has(error, "regenerated")) {
    text.message = words.replaced;
    text.advice = words.replaced_advice;
  }
  return text;
}

std::string shown(std::string_view name, const Detail& detail) {
  const std::string text = text_of(detail);
  if (name.ends_with("_at") && parse_rfc3339(text)) return time_element(text);
  return fmt::format("<bdi>{}</bdi>", html_escaped(text));
}

std::string facts_of(const Error& error, Language language) {
  std::string rows;
  for (const auto& [name, detail] : error.details())
    if (const std::string_view label = label_of(name, language); !label.empty())
      rows += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", label, shown(name, detail));
  return rows.empty() ? rows : "<dl>" + rows + "</dl>";
}

/// Whether a new link would help somebody who is refused for this reason.
bool is_over(Errc code) {
  return code == Errc::token_expired || code == Errc::usage_limit_exceeded;
}

/// @param url  empty: the page's own address
std::string button(bool first, std::string_view url, std::string_view label) {
  return fmt::format("<p><a class=\"main-button{}\" href=\"{}\">{}</a></p>", first ? "" : " second", html_escaped(url), label);
}

std::string ways_on(const Error& error, const Site& site, const Refused& refused) {
  const Wording& words = wording(refused.language);
  std::string ways;
  if (is_over(error.code()) && !refused.renew_url.empty())
    ways += fmt::format(
        "<form method=\"post\" action=\"{}\"><button class=\"main-button\">{}</button></form><p class=\"hint\">{}</p>",
        html_escaped(refused.renew_url), words.renew, words.renew_explained);
  if (const auto [name, url] = way_out(error.code(), site); !url.empty())
    ways += button(ways.empty(), url, error.code() == Errc::unavailable ? words.meanwhile : words.shop);
  if (row_of(error.code()).retry_after > 0) ways += button(ways.empty(), "", words.again);
  return ways;
}

}  // namespace

std::pair<const char*, std::string_view> way_out(Errc code, const Site& site) {
  switch (code) {
    case Errc::token_expired:
    case Errc::token_revoked:
    case Errc::usage_limit_exceeded:
    case Errc::payment_required:
      return {"renewal_url", site.renewal_url};
    case Errc::unavailable:
      return {"fallback_url", site.fallback_url};
    default:
      return {};
  }
}

Reply refusal_page(const Error& error, int status, const Site& site, const Refused& refused) {
  const Explained text = explanation_of(error, refused.language);
  return html_page({.status = status, .title = std::string{text.title}},
                   fmt::format("<h1>{}</h1><p class=\"reason\">{}</p>{}<p class=\"advice\">{}</p>{}", html_escaped(text.title),
                               html_escaped(text.message), facts_of(error, refused.language), html_escaped(text.advice),
                               ways_on(error, site, refused)),
                   site, refused.language);
}

Reply renewed_page(const Site& site, Language language) {
  const Wording& words = wording(language);
  return html_page(
      {.status = 202, .title = std::string{words.renewed}},
      fmt::format("<h1>{}</h1><p class=\"reason\">{}</p><p>{}</p>", words.renewed, words.renewed_message, words.renewed_advice),
      site, language);
}

}  // namespace claimcheck::fcgi
