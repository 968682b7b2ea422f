#include "cron/rendering.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "tests/mail_samples.h"
#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck::cron {
namespace {

using test::mail_samples;
using test::MailSample;

const Templates& built_in() {
  static const Templates templates;
  return templates;
}

const Site with_support{.url = "https://example.com", .name = "Example", .support = "help@example.com"};

Rendered rendered(MailKind kind, const MailContent& content, const std::string& language, const Site& site = with_support) {
  const Zone zone{"Europe/Berlin"};
  return render(kind, content, {site, zone, built_in(), language}, test::mail_samples_written);
}

const MailSample& sample(const std::string& name) {
  static const std::vector<MailSample> samples = mail_samples();
  return *std::ranges::find(samples, name, &MailSample::name);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(EveryMail, HasWhatAPersonNeeds) {
  const std::string secret = sample("link").content.links.front().secret;
  const std::string link = "https://example.com/dl/" + secret;
  const std::string id = sample("link").content.links.front().token;
  const std::string file = "Smart Image Pack - Autumn 2026.zip";
  const struct {
    const char *sample, *language;
    std::string subject;
    std::vector<std::string> parts;
  } cases[] = {
      {"link",
       "en",
       "Your download: " + file,
       {file, "1.5 GiB", "one download", "22 November 2026, 11:30 CET (UTC+1)", link, "open the link again", "help@example.com",
        "curl -LC - -o FILE LINK", "wget -c -O FILE LINK"}},
      {"link",
       "de",
       "Ihr Download: " + file,
       {file, "1,5 GiB", "einen Download", "22. November 2026, 11:30 Uhr CET (UTC+1)", link, "Link noch einmal",
        "help@example.com", "curl -LC - -o DATEI LINK", "wget -c -O DATEI LINK"}},
      {"link-unlimited", "en", "Your download: " + file, {"any number of downloads"}},
      {"link-unlimited", "de", "Ihr Download: " + file, {"beliebig viele Downloads"}},
      {"warning",
       "en",
       "Your download link ends soon: " + file,
       {"not been downloaded completely", link, "3 downloads", "22 November 2026, 11:30 CET (UTC+1)", "help@example.com"}},
      {"warning",
       "de",
       "Ihr Download-Link läuft bald ab: " + file,
       {"noch nicht vollständig", link, "3 Downloads", "22. November 2026, 11:30 Uhr CET (UTC+1)", "help@example.com"}},
      {"warning-told",
       "en",
       "Your download link ends soon: " + file,
       {"from our mail of 21 November 2026.", "2 downloads", "open the link again", "help@example.com"}},
      {"warning-told",
       "de",
       "Ihr Download-Link läuft bald ab: " + file,
       {"aus unserer E-Mail vom 21. November 2026.", "2 Downloads", "help@example.com"}},
      {"warning-begun", "en", "Your download link ends soon: " + file, {"A download was started", link}},
      {"warning-begun", "de", "Ihr Download-Link läuft bald ab: " + file, {"Ein Download wurde begonnen", link}},
      {"receipt",
       "en",
       "Downloaded: " + file,
       {file, "1.5 GiB", "21 November 2026, 11:40 CET (UTC+1)", "no further downloads", "Was it not you?", "help@example.com"}},
      {"receipt",
       "de",
       "Heruntergeladen: " + file,
       {file, "1,5 GiB", "21. November 2026, 11:40 Uhr CET (UTC+1)", "Weitere Downloads sind mit diesem Link nicht möglich",
        "Waren Sie das nicht?", "help@example.com"}},
      {"receipt-operator",
       "en",
       "Downloaded: " + file + " (ada@example.com)",
       {"ada@example.com", file, "for 2 downloads", "claimcheck token show " + id}},
      {"receipt-operator",
       "de",
       "Heruntergeladen: " + file + " (ada@example.com)",
       {"ada@example.com", file, "für 2 Downloads", "claimcheck token show " + id}},
      {"failure",
       "en",
       "A download failed: " + file,
       {"ada@example.com", file, "file_changed", "The file was replaced", "11:40 CET", "claimcheck token show " + id}},
      {"failure",
       "de",
       "Ein Download ist fehlgeschlagen: " + file,
       {"ada@example.com", file, "file_changed", "Die Datei wurde ersetzt", "11:40 Uhr", "claimcheck token show " + id}},
      {"failure-unknown", "en", "A download failed: " + file, {"unknown", "incomplete", "broke off"}},
      {"failure-unknown", "de", "Ein Download ist fehlgeschlagen: " + file, {"unbekannt", "incomplete", "brach ab"}},
      {"renewal", "en", "Your new link: " + file, {link, "old one, which no longer works", "3 downloads", "help@example.com"}},
      {"renewal",
       "de",
       "Ihr neuer Link: " + file,
       {link, "alten, der nicht mehr funktioniert", "3 Downloads", "help@example.com"}},
      {"message",
       "en",
       "The plans for Tuesday",
       {"Dear Ms Lovelace", file, "1.5 GiB", link, "works once, and for 72 hours, until 24 November 2026, 11:30 CET (UTC+1)",
        "12 MiB", "Summary.pdf", "179.2 KiB", "help@example.com"}},
      {"message",
       "de",
       "The plans for Tuesday",
       {"Dear Ms Lovelace", file, "1,5 GiB", link,
        "einmal und 72 Stunden lang, bis zum 24. November 2026, 11:30 Uhr CET (UTC+1)", "12 MiB", "Summary.pdf", "179,2 KiB",
        "help@example.com"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(fmt::format("{} in {}", c.sample, c.language));
    const Rendered mail = rendered(sample(c.sample).kind, sample(c.sample).content, c.language);
    EXPECT_EQ(mail.subject, c.subject);
    std::string text = mail.text;
    std::ranges::replace(text, '\n', ' ');
    for (const std::string& part : c.parts) {
      EXPECT_TRUE(has(text, part)) << part << "\nis not in\n" << mail.text;
      EXPECT_TRUE(has(mail.html, part)) << part << "\nis not in\n" << mail.html;
    }
  }
}

TEST(EveryMail, IsWholeWhateverIsMissing) {
  const Site bare{.url = "https://example.com", .name = "Example"};
  const std::regex placeholder{R"(\{[#^/]?[a-z_]+\})"};
  const std::regex empty_element{R"(<(p|div|td|h1|h2|li|ul|a)\b[^>]*>\s*</\1>)"};
  for (const Language& language : languages())
    for (const Site& site : {with_support, bare})
      for (const MailSample& sample : mail_samples()) {
        SCOPED_TRACE(fmt::format("{} in {}, support \"{}\"", sample.name, language.code, site.support));
        const Rendered mail = rendered(sample.kind, sample.content, std::string{language.code}, site);
        EXPECT_FALSE(std::regex_search(mail.subject + mail.text + mail.html, placeholder)) << mail.text << mail.html;
        EXPECT_FALSE(std::regex_search(mail.html, empty_element)) << mail.html;
        EXPECT_FALSE(has(mail.text, "\n\n\n")) << mail.text;
        EXPECT_FALSE(has(mail.text, ": \n") || has(mail.text, ":\n\n\n")) << mail.text;
        EXPECT_FALSE(has(mail.text, "!") || has(mail.subject, "!")) << mail.text;
        EXPECT_TRUE(mail.text.ends_with("\n\nExample\nhttps://example.com\n")) << mail.text;
        EXPECT_EQ(has(mail.text, "help@example.com"),
                  !site.support.empty() && sample.kind != MailKind::failure && sample.name != "receipt-operator");
      }
}

TEST(EveryMail, HasLinesThatFitAndADocumentThatLoadsNothing) {
  for (const Language& language : languages())
    for (const MailSample& sample : mail_samples()) {
      SCOPED_TRACE(fmt::format("{} in {}", sample.name, language.code));
      const Rendered mail = rendered(sample.kind, sample.content, std::string{language.code});
      std::istringstream lines{mail.text};
      for (std::string line; std::getline(lines, line);) {
        const bool breakable = has(line, " ") && !has(sample.content.text, line);
        EXPECT_TRUE(line.size() <= 76 || !breakable) << line;
      }
      EXPECT_TRUE(mail.html.starts_with("<!DOCTYPE html>\n<html lang=\"" + std::string{language.code} + "\">"));
      EXPECT_TRUE(has(mail.html, "prefers-color-scheme: dark"));
      for (const char* loads : {"<img", "<script", "<link", "src=", "url(", "@import", "<iframe", "<form"})
        EXPECT_FALSE(has(mail.html, loads)) << loads;
    }
}

TEST(Mails, AreWrittenInTheirOwnLanguageOrElseTheSites) {
  MailContent content = sample("link").content;
  const struct {
    const char *own, *site, *subject;
  } cases[] = {
      {"", "en", "Your"}, {"", "de_DE", "Ihr"}, {"de_DE_formal", "en", "Ihr"}, {"en", "de", "Your"}, {"fr", "de", "Your"}};
  for (const auto& c : cases) {
    content.language = c.own;
    EXPECT_TRUE(rendered(MailKind::link, content, c.site).subject.starts_with(c.subject)) << c.own << c.site;
  }
}

TEST(Mails, TellNobodyButTheHolderTheLink) {
  for (const char* name : {"receipt", "receipt-operator", "failure"}) {
    MailContent content = sample(name).content;
    content.links.front().secret = "the-secret";
    const Rendered mail = rendered(sample(name).kind, content, "en");
    EXPECT_FALSE(has(mail.subject + mail.text + mail.html, "the-secret")) << name;
  }
}

TEST(Mails, DoNotOfferWhatIsOver) {
  MailContent receipt = sample("receipt").content;
  receipt.links.front().max_uses = 0;
  EXPECT_TRUE(has(rendered(MailKind::receipt, receipt, "en").text, "still works for any number of downloads"));
  receipt.links.front().expires_at = test::mail_samples_written;
  EXPECT_TRUE(has(rendered(MailKind::receipt, receipt, "en").text, "no further downloads"));

  MailContent warning = sample("warning-told").content;
  warning.told_at.reset();
  EXPECT_TRUE(has(rendered(MailKind::warning, warning, "en").text, "the link that you were given"));
  EXPECT_TRUE(has(rendered(MailKind::warning, warning, "de").html, "den Sie erhalten haben"));
  EXPECT_FALSE(has(rendered(MailKind::warning, sample("warning-begun").content, "en").text, "Works for"));
}

TEST(Mails, HoldHostileValuesWithoutHarm) {
  const std::string hostile[] = {
      "a\r\nBcc: b@example.com\r\n\r\nx",
      std::string("a\0b", 3),
      "%n%s%d 100%",
      "{link}.zip {#links}{/site}",
      "<script>alert('1')</script>\"><img src=x>",
      "a\u202Egpj.exe",
      std::string(5'000, 'x'),
  };
  for (const std::string& value : hostile)
    for (const MailSample& clean : mail_samples()) {
      SCOPED_TRACE(clean.name + ": " + value.substr(0, 40));
      MailContent content = clean.content;
      content.subject = content.customer = content.error = value;
      content.text = "Hello\n" + value;
      for (MailedLink& link : content.links) link.filename = link.token = value;
      for (MailedFile& file : content.attachments) file.filename = value;
      const Rendered mail = rendered(clean.kind, content, "en");
      EXPECT_EQ(mail.subject.find_first_of(std::string_view{"\r\n\0", 3}), std::string::npos);
      EXPECT_LE(mail.subject.size(), 150U + 2U);
      for (const std::string& part : {mail.subject, mail.text, mail.html})
        EXPECT_EQ(part.find_first_of(std::string_view{"\r\0\x1f", 3}), std::string::npos);
      EXPECT_FALSE(has(mail.subject + mail.text + mail.html, "\u202E"));
      EXPECT_FALSE(has(mail.html, "<script") || has(mail.html, "<img"));
      if (clean.kind != MailKind::message) {
        EXPECT_FALSE(has(mail.text, "\nBcc:"));
      }
      if (value.starts_with("{link}")) {
        EXPECT_TRUE(has(mail.text, "{link}.zip {#links}{/site}") && has(mail.html, "{link}.zip {#links}{/site}"));
      }
      if (value.starts_with("%n")) {
        EXPECT_TRUE(has(mail.text, value) && has(mail.html, value));
      }
    }
}

TEST(Mails, LinkInHtmlOnlyToTheWeb) {
  const Site odd{.url = "javascript:alert(1)//", .name = "Example", .support = "javascript:alert(2)"};
  for (const MailSample& clean : mail_samples()) {
    const Rendered mail = rendered(clean.kind, clean.content, "en", odd);
    EXPECT_FALSE(has(mail.html, "href=\"javascript")) << mail.html;
    EXPECT_FALSE(has(mail.html, "href=\"\"")) << mail.html;
  }
}

TEST(Mails, AreAboutOneLinkUnlessTheyAreMessages) {
  for (const char* name : {"link", "warning", "receipt", "failure", "renewal"}) {
    const auto error = test::thrown([&] { rendered(sample(name).kind, {}, "en"); });
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code(), Errc::internal);
  }
  EXPECT_EQ(rendered(MailKind::message, {}, "en").subject, "A message from Example");
  EXPECT_EQ(rendered(MailKind::message, {}, "de").subject, "Eine Nachricht von Example");
}

}  // namespace
}  // namespace claimcheck::cron
