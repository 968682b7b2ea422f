#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>

#include "cron/rendering.h"
#include "tests/mail_samples.h"
#include "tests/support/process.h"

namespace claimcheck::cron {
namespace {

const std::string kinds[] = {"link", "warning", "receipt", "failure", "renewal", "message"};

/// "{size}" -> where it can be used, as the documentation's table has it.
std::map<std::string, std::string> documented() {
  std::map<std::string, std::string> rows;
  const std::string page = test::read_file(std::filesystem::path{CLAIMCHECK_SOURCE_DIR} / "docs/mail-templates.md");
  const std::regex row{R"(\n\| `\{([a-z_]+)\}` \| ([^|]+) \| [^|]+ \|)"};
  for (std::sregex_iterator at{page.begin(), page.end(), row}; at != std::sregex_iterator{}; ++at) rows[(*at)[1]] = (*at)[2];
  return rows;
}

TEST(Placeholders, AreDocumentedWhereTheyCanBeUsed) {
  std::map<std::string, std::string> places;
  const auto add = [&](const auto& names, std::string_view place) {
    for (const std::string& name : names) places[name] += fmt::format("{}{}", places[name].empty() ? "" : ", ", place);
  };
  for (const std::string& kind : kinds) add(placeholders_of(*parse_mail_kind(kind)).names, kind);
  for (const char* list : {"links", "attachments"}) add(placeholders_of(MailKind::message).lists.at(list), list);
  add(placeholders_of_layout().names, "layout");
  for (const char* name : {"site", "site_url", "support"}) places[name] = "every mail";
  EXPECT_EQ(documented(), places);
}

MailContent message() {
  for (const test::MailSample& sample : test::mail_samples())
    if (sample.name == "message") return sample.content;
  return {};
}

TEST(Placeholders, AllHaveAValueWhenThereIsOne) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "en");
  MailContent content = message();
  content.links.resize(1);
  content.customer = "ada@example.com";
  content.error = "internal";
  content.at = content.told_at = test::mail_samples_written;
  for (const std::string& kind : kinds) {
    std::string text = "Subject: x\n\n";
    const Placeholders known = placeholders_of(*parse_mail_kind(kind));
    for (const std::string& name : known.names) text += fmt::format("{{^{0}}}{0} {{/{0}}}", name);
    for (const auto& [list, names] : known.lists) {
      text += fmt::format("{{#{}}}", list);
      for (const std::string& name : names) text += fmt::format("{{^{0}}}{0} {{/{0}}}", name);
      text += fmt::format("{{/{}}}", list);
    }
    test::write_file(folder / ("en/" + kind + ".txt"), text);
  }
  const Templates templates{folder.path()};
  const Zone zone;
  const Site site{.url = "https://example.com", .support = "help@example.com"};
  for (const std::string& kind : kinds) {
    const Rendered mail = render(*parse_mail_kind(kind), content, {site, zone, templates, "en"}, test::mail_samples_written);
    EXPECT_EQ(mail.text, kind == "warning" ? "begun " : "") << kind;
  }
}

}  // namespace
}  // namespace claimcheck::cron
