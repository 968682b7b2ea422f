#include "tests/support/hostile_texts.h"

#include <gtest/gtest.h>

#include "fcgi/error_reply.h"
#include "fcgi/pages/landing.h"
#include "tests/support/chromium.h"

namespace claimcheck {
namespace {

using namespace test;
using namespace fcgi;
using nlohmann::json;

/// A page that a text has found its way to.
struct Field {
  const char* name;
  std::string (*page)(const std::string& text);
};

const std::string link = "https://example.com/dl/" + std::string(64, 'x');

std::string landing_of(const std::string& filename, const std::map<std::string, std::string>& facts = {},
                       const Site& site = {.url = "https://example.com"}) {
  const Token token{
      .id = {}, .digest = Digest::of("secret"), .filename = filename, .expires_at = from_unix(1'800'000'000), .facts = facts};
  return landing_page({.token = token, .url = link, .has_forms = true, .now = from_unix(1'799'000'000)}, site,
                      Language::english)
      .text;
}

std::string refusal_of(const Error& error, const Site& site = {.url = "https://example.com"}) {
  return error_reply(error, Surface::native, Format::html, site, {.renew_url = link + "/renew"}).text;
}

std::string with(std::string Site::* member, const std::string& text, Errc code) {
  Site site{.url = "https://example.com"};
  site.*member = text;
  return landing_of("x", {}, site) + refusal_of(Error{code}, site);
}

constexpr Field fields[] = {
    {"the name of the file", [](const std::string& text) { return landing_of(text); }},
    {"a fact that should be a digest", [](const std::string& text) { return landing_of("x", {{"sha256", text}}); }},
    {"what was wrong with a request", [](const std::string& text) { return refusal_of(Error{Errc::bad_request, text}); }},
    {"the name of a field",
     [](const std::string& text) { return refusal_of(Error{Errc::bad_request, "x", {{"field", text}}}); }},
    {"the name of a detail", [](const std::string& text) { return refusal_of(Error{Errc::token_expired, {}, {{text, "x"}}}); }},
    {"a moment", [](const std::string& text) { return refusal_of(Error{Errc::token_expired, {}, {{"expired_at", text}}}); }},
    {"a network",
     [](const std::string& text) { return refusal_of(Error{Errc::usage_limit_exceeded, {}, {{"last_used_from", text}}}); }},
    {"the site's name", [](const std::string& text) { return with(&Site::name, text, Errc::token_expired); }},
    {"its support address", [](const std::string& text) { return with(&Site::support, text, Errc::token_expired); }},
    {"its renewal address", [](const std::string& text) { return with(&Site::renewal_url, text, Errc::token_expired); }},
    {"its fallback address", [](const std::string& text) { return with(&Site::fallback_url, text, Errc::unavailable); }},
    {"its logo", [](const std::string& text) { return with(&Site::logo, text, Errc::token_expired); }},
};

TEST(HostileTexts, AddNoElementAndNoAttributeToAPageWhicheverFieldTheyComeThrough) {
  ASSERT_EQ(hostile_texts().size(), 300U);
  Chromium chromium;
  const std::string tab = chromium.open("about:blank");
  chromium.evaluate(tab,
                    "window.shape = (page) => [...new DOMParser().parseFromString(page, 'text/html').querySelectorAll('*')]"
                    ".map((each) => each.tagName + ' ' + each.getAttributeNames().join(' ')).join('\\n'); true");
  EXPECT_EQ(chromium.evaluate(tab, "shape('<p>plain') == shape('<p>' + " + json(hostile_texts().front()).dump() + ")"), false)
      << "what is not escaped is noticed";
  for (const Field& field : fields) {
    SCOPED_TRACE(field.name);
    json pages = json::array();
    for (const std::string& text : hostile_texts()) pages.push_back(field.page(text));
    const json odd = chromium.evaluate(tab, "(() => { const expected = shape(" + json(field.page("plain")).dump() +
                                                "); return " + pages.dump() +
                                                ".map((page, which) => shape(page) == expected ? -1 : which)"
                                                ".filter((which) => which >= 0); })()");
    for (const auto& which : odd) ADD_FAILURE() << hostile_texts().at(which);
  }
}

}  // namespace
}  // namespace claimcheck
