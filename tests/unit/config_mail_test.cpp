#include <gtest/gtest.h>

#include "config/config.h"

// What the configuration says of mails, and of what the cron does.
namespace claimcheck {
namespace {

using config::Parsed;

const std::string least = "[site]\nurl = \"https://example.com\"\n[storage.uploads]\nroot = \"/srv/uploads\"\n";

Parsed parse(const std::string& table, const std::string& lines) {
  return config::parse(least + "[" + table + "]\n" + lines + "\n", "/home/me/claimcheck");
}

TEST(MailConfiguration, SendsNothingUnlessItSaysHow) {
  const Parsed parsed = config::parse(least, "/home/me");
  ASSERT_TRUE(parsed.faults.empty());
  EXPECT_EQ(parsed.config.mail.transport, MailSettings::Transport::off);
  EXPECT_EQ(parsed.config.mail.attach_up_to, 1024U * 1024U);
  EXPECT_EQ(parsed.config.site.timezone, "UTC");
  EXPECT_EQ(parsed.config.site.language, "en");
  EXPECT_EQ(parsed.config.log.retention, std::chrono::hours{90 * 24});
  EXPECT_EQ(parsed.config.log.token_retention, std::chrono::hours{30 * 24});
  EXPECT_EQ(parsed.config.policies.at("default").rules, Rules{});
  EXPECT_TRUE(parsed.config.orphans.empty());
}

TEST(MailConfiguration, EverythingThatCanBeSaidIsTaken) {
  const std::string text =
      "[site]\nurl = \"https://example.com\"\ntimezone = \"Europe/Berlin\"\nlanguage = \"de\"\n"
      "[storage.uploads]\nroot = \"/srv/uploads\"\n"
      "[policy.default]\nwarn_before = \"6h\"\nnotify = \"customer\"\n"
      "[log]\ntoken_retention = \"7d\"\n"
      "[mail]\ntransport = \"smtp\"\nfrom = \"Shop <shop@example.com>\"\nreply_to = \"help@example.com\"\n"
      "host = \"mail.example.com\"\nport = 465\nsecurity = \"tls\"\nuser = \"shop\"\npassword = \"p\"\nca_file = "
      "\"/etc/ca.pem\"\n"
      "program = \"/usr/lib/sendmail\"\nper_run = 5\nper_hour = 7\nattach_up_to = \"2 MiB\"\ntemplates = \"/srv/texts\"\n"
      "key = \"0123456789abcdef0123456789abcdef\"\n"
      "[[orphans]]\nfolder = \"/srv/incoming\"\npatterns = [\"*.part\", \"tmp-*\"]\nolder_than = \"2h\"\n"
      "[[orphans]]\nfolder = \"/srv/more\"\npatterns = [\"*\"]\n";
  const Parsed parsed = config::parse(text, "/home/me");
  ASSERT_TRUE(parsed.faults.empty()) << parsed.faults.front().line << " " << parsed.faults.front().message;
  const config::Config& config = parsed.config;
  EXPECT_EQ(config.site.timezone, "Europe/Berlin");
  EXPECT_EQ(config.site.language, "de");
  EXPECT_EQ(config.policies.at("default").rules.warn_before, std::chrono::hours{6});
  EXPECT_EQ(config.policies.at("default").rules.notify, Notify::customer);
  EXPECT_EQ(config.log.token_retention, std::chrono::hours{7 * 24});
  EXPECT_EQ(config.mail.transport, MailSettings::Transport::smtp);
  EXPECT_EQ(config.mail.from, "Shop <shop@example.com>");
  EXPECT_EQ(config.mail.reply_to, "help@example.com");
  EXPECT_EQ(config.mail.host, "mail.example.com");
  EXPECT_EQ(config.mail.port, 465);
  EXPECT_EQ(config.mail.security, MailSettings::Security::tls);
  EXPECT_EQ(config.mail.user, "shop");
  EXPECT_EQ(config.mail.password, "p");
  EXPECT_EQ(config.mail.ca_file, "/etc/ca.pem");
  EXPECT_EQ(config.mail.program, "/usr/lib/sendmail");
  EXPECT_EQ(config.mail.per_run, 5);
  EXPECT_EQ(config.mail.per_hour, 7);
  EXPECT_EQ(config.mail.attach_up_to, 2U * 1024U * 1024U);
  EXPECT_EQ(config.mail.templates, "/srv/texts");
  EXPECT_EQ(config.mail.key, "0123456789abcdef0123456789abcdef");
  ASSERT_EQ(config.orphans.size(), 2U);
  EXPECT_EQ(config.orphans[0].folder, "/srv/incoming");
  EXPECT_EQ(config.orphans[0].patterns, (std::vector<std::string>{"*.part", "tmp-*"}));
  EXPECT_EQ(config.orphans[0].older_than, std::chrono::hours{2});
  EXPECT_EQ(config.orphans[1].older_than, std::chrono::hours{24});
}

TEST(MailConfiguration, AWrongValueIsOneFaultThatSaysWhatItMustBe) {
  const std::string smtp = "transport = \"smtp\"\nfrom = \"shop@example.com\"\nhost = \"localhost\"\n";
  const struct {
    const char* table;
    std::string lines;
    const char* must;
  } cases[] = {
      {"mail", "transport = \"pigeon\"", "[mail] transport must be"},
      {"mail", "transport = true", "[mail] transport must be"},
      {"mail", "transport = \"none\"\nfrom = \"Shop\"", "[mail] from must be \"downloads@example.com\" or"},
      {"mail", "transport = \"none\"\nfrom = \"a@example.com, b@example.com\"", "[mail] from must be"},
      {"mail", "transport = \"none\"\nfrom = \"Shop\\r\\nBcc: eve@example.com <a@example.com>\"", "[mail] from must be"},
      {"mail", "reply_to = \"Shop <shop@example.com>\"", "[mail] reply_to must be one mail address"},
      {"mail", smtp + "port = 0", "[mail] port must be a whole number from 1 to 65535"},
      {"mail", smtp + "port = 65536", "[mail] port must be a whole number from 1 to 65535"},
      {"mail", smtp + "port = \"25\"", "[mail] port must be a whole number"},
      {"mail", smtp + "security = \"ssl\"", "[mail] security must be"},
      {"mail", "transport = \"smtp\"\nfrom = \"shop@example.com\"\nhost = 5", "[mail] host must be text in quotes"},
      {"mail", "ca_file = \"ca.pem\"", "[mail] ca_file must be an absolute path"},
      {"mail", "templates = \"texts\"", "[mail] templates must be an absolute path"},
      {"mail", "program = \"sendmail\"", "[mail] program must be an absolute path, such as \"/usr/sbin/sendmail\""},
      {"mail", "program = \"\"", "[mail] program must be an absolute path"},
      {"mail", "per_run = 0", "[mail] per_run must be a whole number from 1 to"},
      {"mail", "per_hour = -1", "[mail] per_hour must be a whole number from 1 to"},
      {"mail", "attach_up_to = 1048576", "[mail] attach_up_to must be given in quotes, such as \"1 MiB\""},
      {"mail", "key = \"0123456789abcdef0123456789abcde\"", "[mail] key must have at least 32 characters"},
      {"mail", "nosuch = 1", "[mail] has no setting \"nosuch\""},
      {"[orphans]", "folder = \"incoming\"\npatterns = [\"*\"]", "[[orphans]] folder must be an absolute path"},
      {"[orphans]", "folder = \"/srv\"\npatterns = []", "[[orphans]] patterns must be a list of patterns"},
      {"[orphans]", "folder = \"/srv\"\npatterns = \"*.part\"", "[[orphans]] patterns must be a list of patterns"},
      {"[orphans]", "folder = \"/srv\"\npatterns = [\"\"]", "[[orphans]] patterns must be a list of patterns"},
      {"[orphans]", "folder = \"/srv\"\npatterns = [\"a/*\"]", "[[orphans]] patterns must be a list of patterns"},
      {"[orphans]", "folder = \"/srv\"\npatterns = [\"*\"]\nolder_than = \"59s\"", "[[orphans]] older_than must be from"},
      {"[orphans]", "patterns = [\"*\"]", "[[orphans]] folder is missing"},
      {"[orphans]", "folder = \"/srv\"", "[[orphans]] patterns is missing"},
      {"orphans", "folder = \"/srv\"", "orphans must be written as [[orphans]]"},
      {"policy.p", "warn_before = 6", "[policy.p] warn_before must be a length of time"},
      {"policy.p", "warn_before = \"-1s\"", "[policy.p] warn_before must be a length of time"},
      {"policy.p", "notify = \"everybody\"", "[policy.p] notify must be"},
      {"log", "token_retention = \"59m\"", "[log] token_retention must be from"},
      {"mail", "transport = \"none\"", "[mail] from is missing"},
      {"mail", "transport = \"sendmail\"\nfrom = \"\"", "[mail] from is missing"},
      {"mail", "transport = \"smtp\"\nfrom = \"shop@example.com\"", "[mail] host is missing"},
      {"mail", "transport = \"smtp\"\nfrom = \"shop@example.com\"\nhost = \"\"", "[mail] host is missing"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << "[" << c.table << "] " << c.lines);
    const Parsed parsed = parse(c.table, c.lines);
    ASSERT_FALSE(parsed.faults.empty());
    EXPECT_TRUE(parsed.faults[0].message.starts_with(c.must)) << parsed.faults[0].message;
    EXPECT_EQ(parsed.faults.size(), 1U) << "one mistake, one fault: " << parsed.faults.back().message;
  }
}

TEST(MailConfiguration, WhatIsNotNeededMayBeMissing) {
  const std::string from = "from = \"shop@example.com\"";
  for (const std::string& lines : {std::string{}, "transport = \"none\"\n" + from, "transport = \"sendmail\"\n" + from,
                                   "transport = \"smtp\"\nhost = \"localhost\"\n" + from, from})
    EXPECT_TRUE(parse("mail", lines).faults.empty()) << lines;
}

TEST(MailConfiguration, TheTimeZoneIsOneOfThisMachinesListAndTheLanguageOneOfOurs) {
  const struct {
    std::string setting;
    bool valid;
  } cases[] = {
      {"timezone = \"UTC\"", true},
      {"timezone = \"Europe/Berlin\"", true},
      {"timezone = \"America/Argentina/Buenos_Aires\"", true},
      {"timezone = \"\"", false},
      {"timezone = \"Europe\"", false},
      {"timezone = \"Europe/Atlantis\"", false},
      {"timezone = \"europe/berlin\"", false},
      {"timezone = \"/etc/localtime\"", false},
      {"timezone = \"../zoneinfo/UTC\"", false},
      {"timezone = \"zone.tab\"", false},
      {"timezone = \"" + std::string(5000, 'x') + "\"", false},
      {"language = \"en\"", true},
      {"language = \"de\"", true},
      {"language = \"fr\"", false},
      {"language = \"\"", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.setting);
    const Parsed parsed = config::parse(
        "[storage.uploads]\nroot = \"/srv/uploads\"\n[site]\nurl = \"https://example.com\"\n" + c.setting + "\n", "/home/me");
    EXPECT_EQ(parsed.faults.size(), c.valid ? 0U : 1U);
  }
}

}  // namespace
}  // namespace claimcheck
