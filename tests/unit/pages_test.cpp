#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/html.h"
#include "fcgi/error_reply.h"
#include "fcgi/error_table.h"
#include "fcgi/pages/accent.h"
#include "fcgi/pages/landing.h"
#include "fcgi/pages/wording.h"
#include "tests/support/process.h"
#include "tests/unit/reply_fixture.h"

namespace claimcheck::fcgi {
namespace {

using test::has;
using test::header;
const Site& site = test::shop;

Token token() {
  return {.id = {"01890000-0000-7000-8000-000000000001"},
          .digest = Digest::of("secret"),
          .filename = "\"><script>alert('x')</script>&amp;.zip",
          .version = {.size = 64 * 1024 * 1024, .mtime_ns = 7},
          .expires_at = from_unix(1'800'000'000),
          .max_uses = 3,
          .uses = 1};
}

TEST(Escaping, LeavesNothingThatHtmlWouldTakeForItsOwn) {
  const struct {
    const char* name;
    std::string text;
    const char* expected;
  } cases[] = {
      {"nothing", "", ""},
      {"plain text", "plans, v2.pdf", "plans, v2.pdf"},
      {"a tag", "<b>", "&lt;b&gt;"},
      {"both quotes", "\"'", "&quot;&#39;"},
      {"what looks escaped", "&lt;", "&amp;lt;"},
      {"other scripts", "\xc3\xbc\xe6\x97\xa5", "\xc3\xbc\xe6\x97\xa5"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(html_escaped(c.text), c.expected);
  }
}

const Time now = from_unix(1'799'990'000);
const std::string link = "https://example.com/dl/" + std::string(64, 'x');

Reply landing(const Token& shown, Language language = Language::english, const Site& of = site) {
  return landing_page({.token = shown, .url = link, .now = now}, of, language);
}

TEST(LandingPage, ShowsTheFileEscapedAndOnlyTheButtonCanBePressed) {
  const Reply page = landing(token());
  EXPECT_EQ(page.status, 200);
  EXPECT_FALSE(has(page, "<script>alert"));
  EXPECT_FALSE(has(page, "<shop>"));
  EXPECT_TRUE(has(page, "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;.zip"));
  EXPECT_TRUE(has(page, "64 MiB"));
  EXPECT_TRUE(has(page, "<time datetime=\"2027-01-15T08:00:00Z\">2027-01-15 08:00 UTC</time>"));
  EXPECT_TRUE(has(page, "data-seconds=\"10000\""));
  EXPECT_TRUE(has(page, "<dt>Downloads left</dt><dd>2</dd>"));
  EXPECT_TRUE(has(page, "<form class=\"download\" method=\"post\">"));
  EXPECT_TRUE(has(page, "href=\"mailto:help@example.com\""));
}

TEST(LandingPage, WritesSizesAsItsLanguageDoes) {
  const struct {
    std::uint64_t size;
    const char *english, *german;
  } cases[] = {{1, "1 byte", "1 Byte"}, {999, "999 bytes", "999 Bytes"}, {1'610'612'736, "1.5 GiB", "1,5 GiB"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.english);
    Token sized = token();
    sized.version.size = c.size;
    EXPECT_TRUE(has(landing(sized), fmt::format("<dd>{}</dd>", c.english)));
    EXPECT_TRUE(has(landing(sized, Language::german), fmt::format("<dd>{}</dd>", c.german)));
  }
}

TEST(LandingPage, OfATokenWithoutALimitDoesNotCount) {
  Token unlimited = token();
  unlimited.max_uses = 0;
  EXPECT_FALSE(has(landing(unlimited), "Downloads left"));
  Token overdrawn = token();
  overdrawn.uses = 5;
  EXPECT_TRUE(has(landing(overdrawn), "<dt>Downloads left</dt><dd>0</dd>"));
}

TEST(LandingPage, ShowsADigestOnlyIfItIsOne) {
  Token digested = token();
  digested.facts["sha256"] = std::string(64, 'a');
  EXPECT_TRUE(has(landing(digested), "<dd class=\"digest\">" + std::string(64, 'a') + "</dd>"));
  digested.facts["sha256"] = std::string(63, 'a') + "<";
  EXPECT_FALSE(has(landing(digested), "class=\"digest\""));
}

TEST(LandingPage, OffersTheFormsOfABackupOnlyIfThereAreTwo) {
  EXPECT_FALSE(has(landing(token()), "name=\"as\""));
  const Token shown = token();
  const Reply page = landing_page({.token = shown, .url = link, .has_forms = true, .now = now}, site, Language::english);
  EXPECT_TRUE(has(page, "name=\"as\" value=\"decrypted\" checked")) << page.text;
  EXPECT_TRUE(has(page, "name=\"as\" value=\"stored\""));
}

TEST(LandingPage, TellsThoseWhoShowWhatIsBehindALinkWithoutGivingTheFile) {
  Token plain = token();
  plain.filename = "plan.pdf";
  const Reply page = landing(plain);
  EXPECT_TRUE(has(page, "<meta property=\"og:title\" content=\"plan.pdf\">"));
  EXPECT_TRUE(has(page, "<meta property=\"og:description\" content=\"64 MiB · available until 2027-01-15 08:00 UTC\">"));
}

TEST(LandingPage, IsSmallAndLoadsNothing) {
  constexpr std::size_t most = 20'000;
  EXPECT_LT(landing(token()).text.size(), most);
  EXPECT_FALSE(has(landing(token()), " src=")) << "no logo";
  Site with_logo = site;
  with_logo.logo = "/logo.svg";
  EXPECT_TRUE(has(landing(token(), Language::english, with_logo), "<img src=\"/logo.svg\" alt=\"\">"));
}

TEST(CommandLines, AreOneShellWordForEachTextWhateverItHolds) {
  const struct {
    const char* name;
    std::string filename;
  } cases[] = {
      {"a plain name", "plan.pdf"},
      {"spaces and quotes", "it's \"mine\" & yours.zip"},
      {"what a shell would run", "$(touch /tmp/x) `id` ;rm -rf ~ | x > y \\ \n!.zip"},
      {"what looks like an option", "-o.zip"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string expected = (c.filename.starts_with('-') ? "./" : "") + c.filename;
    for (const Confirm confirm : {Confirm::automatic, Confirm::always}) {
      const CommandLines lines = command_lines(link, c.filename, confirm);
      for (const std::string& line : {lines.curl, lines.wget}) {
        const test::Finished told =
            test::run({"bash", "-c", "curl() { printf '%s\\0' \"$@\"; }; wget() { printf '%s\\0' \"$@\"; }; " + line});
        EXPECT_TRUE(told.out.ends_with(expected + '\0' + link + '\0')) << line << " -> " << told.out << told.err;
      }
    }
  }
}

TEST(Accent, LetsTextBeReadOnEveryColour) {
  EXPECT_EQ(readable_on("#ffffff"), "#000000");
  EXPECT_EQ(readable_on("#000000"), "#ffffff");
  EXPECT_EQ(readable_on("#0b5fad"), "#ffffff");
  EXPECT_EQ(readable_on("#ffd400"), "#000000");
  EXPECT_EQ(accent_rule("#ffd400"), ":root{--accent:#ffd400;--on-accent:#000000}");
  EXPECT_EQ(accent_rule(""), "");
}

TEST(Languages, AreTheOneThatTheReaderLikesBest) {
  const struct {
    const char* name;
    const char* accepted;
    const char* otherwise;
    Language expected;
  } cases[] = {
      {"nothing said, an English site", "", "en", Language::english},
      {"nothing said, a German site", "", "de", Language::german},
      {"a dialect", "de-AT", "en", Language::german},
      {"the first of two", "en-GB,de", "de", Language::english},
      {"weights", "en;q=0.5, de;q=0.9", "en", Language::german},
      {"others before", "fr-CH, fr;q=0.9, de;q=0.7, en;q=0.3", "en", Language::german},
      {"neither", "fr, es;q=0.5, *;q=0.1", "de", Language::german},
      {"not wanted at all", "de;q=0", "en", Language::english},
      {"another language that begins so", "den, enm", "de", Language::german},
      {"letters of any case", "DE", "en", Language::german},
      {"noise", ",;q=,=;;de;q=x,", "en", Language::english},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(preferred_language(c.accepted, c.otherwise), c.expected);
  }
}

TEST(Languages, HaveWordsForEveryRefusal) {
  for (const ErrorRow& row : error_table()) {
    SCOPED_TRACE(row.name);
    const Explained english = explained(row.code, Language::english), german = explained(row.code, Language::german);
    EXPECT_EQ(english.title, row.title);
    for (const auto& [text, other] : {std::pair{german.title, english.title}, std::pair{german.message, english.message},
                                      std::pair{german.advice, english.advice}}) {
      EXPECT_FALSE(text.empty());
      EXPECT_NE(text, other);
    }
  }
}

TEST(Pages, AreNeitherCachedNorIndexedNorFramedAndRunOnlyTheirOwnScript) {
  for (const Reply& reply : {landing(token()), error_reply(Error{Errc::token_expired}, Surface::native, Format::html, site)}) {
    EXPECT_EQ(header(reply, "Cache-Control"), "private, no-store");
    EXPECT_EQ(header(reply, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(reply, "X-Robots-Tag"), "noindex");
    EXPECT_EQ(header(reply, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(reply, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(header(reply, "Content-Language"), "en");
    const std::string policy = header(reply, "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'")) << policy;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
    EXPECT_NE(policy.find("script-src 'sha256-"), std::string::npos) << policy;
    EXPECT_NE(policy.find("style-src 'sha256-"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  }
}

TEST(RefusalPage, SaysWhenAndFromWhereALinkWasUsedAndWhereToGo) {
  Site shop = site;
  shop.renewal_url = "https://example.com/account?a=1&b=2";
  const Error used{Errc::usage_limit_exceeded,
                   {},
                   {{"max_uses", std::int64_t{1}},
                    {"uses", std::int64_t{1}},
                    {"last_used_at", "2027-01-14T18:21:09Z"},
                    {"last_used_from", "203.0.113.0"}}};
  const Reply page = refusal_page(used, 410, shop, {.language = Language::german, .renew_url = link + "/renew"});
  EXPECT_TRUE(has(page, "<html lang=\"de\">"));
  EXPECT_TRUE(has(page, "<dt>Zuletzt geholt</dt><dd><time datetime=\"2027-01-14T18:21:09Z\">2027-01-14 18:21 UTC</time>"));
  EXPECT_TRUE(has(page, "<dt>Aus dem Netz</dt><dd><bdi>203.0.113.0</bdi></dd>"));
  EXPECT_TRUE(has(page, "<form method=\"post\" action=\"" + link + "/renew\">"));
  EXPECT_TRUE(has(page, "href=\"https://example.com/account?a=1&amp;b=2\""));
  EXPECT_FALSE(has(refusal_page(used, 410, shop, {}), "<form")) << "nobody may renew it";
  EXPECT_FALSE(has(refusal_page(Error{Errc::token_revoked}, 410, shop, {.renew_url = link + "/renew"}), "<form"))
      << "what was withdrawn stays so";
  EXPECT_TRUE(has(refusal_page(Error{Errc::token_revoked, {}, {{"regenerated", std::int64_t{1}}}}, 410, shop, {}),
                  "There is a newer link in place of this one."));
}

TEST(RefusalPage, OffersAnotherTryWhereTimeHelpsAndTheFilesOtherPlaceFirst) {
  for (const ErrorRow& row : error_table()) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(has(refusal_page(Error{row.code}, row.native, site, {}), ">Try again</a>"), row.retry_after > 0);
  }
  Site mirrored = site;
  mirrored.fallback_url = "https://mirror.example.com/";
  const Reply page = refusal_page(Error{Errc::unavailable}, 503, mirrored, {.language = Language::german});
  EXPECT_TRUE(has(page, "<a class=\"main-button\" href=\"https://mirror.example.com/\">"));
  EXPECT_TRUE(has(page, "<a class=\"main-button second\" href=\"\">Erneut versuchen</a>"));
}

}  // namespace
}  // namespace claimcheck::fcgi
