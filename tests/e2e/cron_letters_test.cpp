#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/time.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/noise.h"
#include "tests/support/read_mail.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"
#include "tests/support/smtp_server.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

/// A site whose mails go through a real mail server with STARTTLS and a login.
class CronLetters : public testing::Test {
 protected:
  CronLetters() { ::chmod(server.certificate().c_str(), 0644); }

  std::string settings() const {
    return fmt::format(R"(
[policy.told]
max_uses = 2
warn_before = "6h"
notify = "customer"

[mail]
transport = "smtp"
from = "Example Shop <downloads@example.com>"
host = "127.0.0.1"
port = {}
user = "site"
password = "opens the mail server"
ca_file = "{}"
)",
                       server.port(), server.certificate().string());
  }

  /// The mails that a run of the cron sends.
  std::vector<ReceivedMail> run_cron(const std::vector<std::string>& options = {}) {
    const std::size_t before = server.messages().size();
    const Finished done = site.cron(options);
    EXPECT_EQ(done.status, 0) << done.err;
    const std::vector<ReceivedMail> all = server.messages();
    return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
  }

  static std::string hours_from_now(int hours) {
    return format_rfc3339(std::chrono::floor<seconds>(std::chrono::system_clock::now()) + std::chrono::hours{hours});
  }

  int download(const std::string& path) {
    return call(site.socket_address("worker"), cgi_variables({.target = path}), {}, {.keep = 4 << 20}).status;
  }

  SmtpServer server{{.user = "site", .password = "opens the mail server"}};
  Site site{{}, settings()};
};

TEST_F(CronLetters, TheLinkTheWarningAndTheReceiptArriveAndBelongTogether) {
  auto worker = site.start_worker("worker");
  const std::string file = site.add_file("Grüße.pdf", noise(100'000));
  const json issued = site.ask({"issue", file, "--policy", "told", "--email", "Ada@Example.com", "--mail"});
  EXPECT_EQ(read_file(site.folder() / "data/claimcheck.db").find(issued.at("secret").get<std::string>()), std::string::npos)
      << "what waits is sealed";
  const auto sent = run_cron();
  ASSERT_EQ(sent.size(), 1);
  EXPECT_TRUE(sent.front().encrypted);
  EXPECT_EQ(sent.front().login, "site");
  EXPECT_EQ(sent.front().sender, "downloads@example.com");
  EXPECT_EQ(sent.front().recipients, std::vector<std::string>{"ada@example.com"});
  const json link = read_mail(sent.front().content);
  EXPECT_EQ(link.at("headers").at("subject").at(0), "Your download: Grüße.pdf");
  EXPECT_EQ(link.at("headers").at("auto-submitted").at(0), "auto-generated");
  EXPECT_EQ(links_in(link.at("text")), std::vector<std::string>{"/dl/" + issued.at("secret").get<std::string>()});
  EXPECT_FALSE(links_in(link.at("html")).empty());
  EXPECT_TRUE(run_cron().empty()) << "once";

  const auto warned = run_cron({"--now", hours_from_now(19)});
  ASSERT_EQ(warned.size(), 1);
  const json warning = read_mail(warned.front().content);
  EXPECT_EQ(links_in(warning.at("text")), links_in(link.at("text"))) << "the warning has the link too";
  EXPECT_EQ(warning.at("headers").at("references"), link.at("headers").at("message-id"));
  EXPECT_EQ(warning.at("headers").count("list-unsubscribe"), 1);
  EXPECT_TRUE(run_cron({"--now", hours_from_now(20)}).empty()) << "once for each moment of expiry";

  EXPECT_EQ(download(links_in(warning.at("text")).front()), 200);
  const auto told = run_cron({"--now", hours_from_now(21)});
  ASSERT_EQ(told.size(), 1);
  EXPECT_NE(read_mail(told.front().content).at("text").get<std::string>().find("Grüße.pdf"), std::string::npos);
  EXPECT_TRUE(run_cron({"--now", hours_from_now(22)}).empty()) << "one receipt for a claim";
}

TEST_F(CronLetters, AFileThatWasFetchedIsNotWarnedOfAndARevokedLinkIsNotMailed) {
  auto worker = site.start_worker("worker");
  const std::string file = site.add_file("report.pdf", "content");
  const json fetched = site.ask({"issue", file, "--policy", "told", "--email", "ada@example.com"});
  const json revoked = site.ask({"issue", file, "--policy", "told", "--email", "bob@example.com", "--mail"});
  site.ask({"token", "revoke", revoked.at("id")});
  EXPECT_EQ(download("/dl/" + fetched.at("secret").get<std::string>()), 200);
  const auto mails = run_cron({"--now", hours_from_now(19)});
  ASSERT_EQ(mails.size(), 1) << "the receipt alone";
  EXPECT_EQ(mails.front().recipients, std::vector<std::string>{"ada@example.com"});
}

TEST_F(CronLetters, ANewLinkIsMailedInPlaceOfAnOldOne) {
  auto worker = site.start_worker("worker");
  const json old =
      site.ask({"issue", site.add_file("report.pdf", "content"), "--email", "ada@example.com", "--fact", "language=de"});
  site.ask({"token", "regenerate", old.at("id"), "--mail"});
  const auto sent = run_cron();
  ASSERT_EQ(sent.size(), 1);
  const json mail = read_mail(sent.front().content);
  EXPECT_NE(mail.at("text").get<std::string>().find("Größe: "), std::string::npos) << "in the language of the token";
  EXPECT_EQ(download("/dl/" + old.at("secret").get<std::string>()), 410);
  EXPECT_EQ(download(links_in(mail.at("text")).at(0)), 200);
}

TEST_F(CronLetters, WhateverIsInNamesAndSubjectsItIsOneMailToOneRecipientWithOurHeaders) {
  const std::vector<std::string> hostile{"a\r\nBcc: eve@example.com",
                                         "a\nBcc: eve@example.com\n\nhello",
                                         "a%0aBcc: eve@example.com",
                                         "-oQ/tmp -X/tmp/log",
                                         "\u202Egpj.exe\u202C",
                                         "a\r\n.\r\nMAIL FROM:<eve@example.com>",
                                         "`id`;$(id)|id %n%s%d 100%",
                                         std::string(5000, 'x'),
                                         "\u2028Bcc: eve@example.com",
                                         "=?utf-8?q?=0ABcc:_eve@example.com?=",
                                         "Zoë \U0001F4E6 " + std::string(300, 'y')};
  for (const std::string& each : hostile) {
    SCOPED_TRACE(each.substr(0, 60));
    const Finished queued = site.command({"message", "send", "--to", "ada@example.com", "--subject=" + each, "--text=" + each});
    ASSERT_EQ(queued.status, 0) << queued.err;
    const auto sent = run_cron();
    ASSERT_EQ(sent.size(), 1);
    EXPECT_EQ(sent.front().recipients, std::vector<std::string>{"ada@example.com"});
    const json mail = read_mail(sent.front().content);
    EXPECT_EQ(mail.at("names"), (json{"auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject",
                                      "to", "x-auto-response-suppress"}));
    EXPECT_EQ(mail.at("defects"), json::array());
    for (const auto& [name, values] : mail.at("headers").items()) EXPECT_EQ(values.size(), 1) << name;
  }
  for (const std::string& bad : {std::string{"-oQ@example.com"}, std::string{"ada@example.com\r\nBcc: eve@example.com"},
                                 std::string{"ada@example.com,eve@example.com"}, std::string{"\"a b\"@example.com"},
                                 std::string(5000, 'x') + "@example.com", std::string{"a%0aBcc:eve@example.com"}}) {
    SCOPED_TRACE(bad.substr(0, 60));
    EXPECT_EQ(site.command({"message", "send", "--to=" + bad, "--subject", "x"}).status, 2);
  }
  EXPECT_TRUE(run_cron().empty());
}

TEST_F(CronLetters, AMessageCarriesSmallFilesAndGivesEachRecipientALinkOfHisOwnToLargeOnes) {
  auto worker = site.start_worker("worker");
  constexpr std::size_t threshold = 1 << 20;
  const std::string small_content = noise(threshold), large_content = noise(threshold + 1);
  const std::string small = site.add_file("small.bin", small_content), large = site.add_file("large.bin", large_content);
  const json queued = site.ask({"message", "send", small, large, "--to", "ada@example.com", "--to", "bob@example.com",
                                "--subject", "Plans", "--text", "Here they are."});
  EXPECT_EQ(queued.at("attached"), json{small});
  EXPECT_EQ(queued.at("linked"), json{large});
  const auto sent = run_cron();
  ASSERT_EQ(sent.size(), 2);
  std::vector<std::string> links;
  for (const ReceivedMail& each : sent) {
    const json mail = read_mail(each.content);
    EXPECT_EQ(mail.at("headers").at("subject").at(0), "Plans");
    ASSERT_EQ(mail.at("attachments").size(), 1);
    EXPECT_EQ(mail.at("attachments").at(0).at("name"), "small.bin");
    EXPECT_EQ(mail.at("attachments").at(0).at("sha256"), sha256(small_content));
    const std::string text = mail.at("text");
    EXPECT_NE(text.find("works once"), std::string::npos) << text;
    EXPECT_NE(text.find("72 hours"), std::string::npos) << text;
    ASSERT_EQ(links_in(text).size(), 1);
    links.push_back(links_in(text).front());
  }
  EXPECT_NE(links[0], links[1]);
  for (const std::string& link : links) {
    const auto answer = call(site.socket_address("worker"), cgi_variables({.target = link}), {}, {.keep = 4 << 20});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.sha256, sha256(large_content));
    EXPECT_EQ(download(link), 410) << "once each";
  }
}

TEST_F(CronLetters, TheApiQueuesMessagesAndMailsNewLinks) {
  auto worker = site.start_worker("worker");
  const std::string file = site.add_file("report.pdf", "content");
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  const auto post = [&](const std::string& path, const json& body) {
    return call(
        site.socket_address("worker"),
        cgi_variables({.method = "POST", .target = path, .headers = {{"Authorization", "Bearer " + key}}, .body = body.dump()}),
        body.dump());
  };
  const auto queued = post("/dl/v1/messages",
                           {{"recipients", {"ada@example.com"}}, {"subject", "Plans"}, {"text", "Here."}, {"files", {file}}});
  EXPECT_EQ(queued.status, 202) << queued.body;
  EXPECT_EQ(json::parse(queued.body).at("attached"), json{file});
  const auto issued = post("/dl/v1/tokens", {{"file", file}, {"email", "bob@example.com"}, {"send_mail", true}});
  EXPECT_EQ(issued.status, 201) << issued.body;
  EXPECT_EQ(run_cron().size(), 2);
  EXPECT_EQ(post("/dl/v1/messages", {{"recipients", {"nobody"}}, {"subject", "x"}}).status, 400);
  EXPECT_EQ(
      post("/dl/v1/messages", {{"recipients", {"ada@example.com"}}, {"subject", "x"}, {"files", {"2026/11/none.pdf"}}}).status,
      404);
  EXPECT_TRUE(run_cron().empty());
}

TEST_F(CronLetters, NoLinkIsMadeForAMailThatCannotBeDelivered) {
  auto worker = site.start_worker("worker");
  const std::string file = site.add_file("report.pdf", "content");
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  for (const char* email : {"", "adä@example.com", "-x@example.com"}) {
    SCOPED_TRACE(email);
    const std::string body = json{{"file", file}, {"email", email}, {"send_mail", true}}.dump();
    const auto answer =
        call(site.socket_address("worker"),
             cgi_variables(
                 {.method = "POST", .target = "/dl/v1/tokens", .headers = {{"Authorization", "Bearer " + key}}, .body = body}),
             body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(json::parse(answer.body).at("error"), "bad_request");
    EXPECT_EQ(json::parse(answer.body).at("details").at("field"), "email");
    const Finished issued = site.command({"issue", file, fmt::format("--email={}", email), "--mail"});
    EXPECT_EQ(issued.status, 2);
    EXPECT_NE(issued.err.find("such as ada@example.com"), std::string::npos) << issued.err;
  }
  EXPECT_EQ(site.ask({"token", "list"}).at("tokens"), json::array());

  const json unmailed = site.ask({"issue", file, "--email", "adä@example.com"});
  EXPECT_EQ(site.command({"token", "regenerate", unmailed.at("id"), "--mail"}).status, 2);
  EXPECT_EQ(site.show(unmailed.at("id")).at("state"), "active") << "the link that there is goes on";
  EXPECT_TRUE(run_cron().empty());
}

TEST_F(CronLetters, AHolderWhoMeetsAMissingFileIsReportedToTheOperatorOnce) {
  auto worker = site.start_worker("worker");
  std::string text = read_file(site.config());
  const std::size_t support = text.find("support = ");
  ASSERT_NE(support, std::string::npos);
  text.replace(support, text.find('\n', support) - support, "support = \"help@example.com\"");
  write_file(site.config(), text);
  const std::string file = site.add_file("report.pdf", "content");
  const json issued = site.ask({"issue", file, "--email", "ada@example.com"});
  std::filesystem::remove(site.uploads() / file);
  EXPECT_EQ(download("/dl/" + issued.at("secret").get<std::string>()), 404);
  worker->stop();  // its log of refusals is in the database then
  const auto sent = run_cron();
  ASSERT_EQ(sent.size(), 1);
  EXPECT_EQ(sent.front().recipients, std::vector<std::string>{"help@example.com"});
  const std::string told = read_mail(sent.front().content).at("text");
  for (const std::string& fact :
       {std::string{"ada@example.com"}, issued.at("id").get<std::string>(), std::string{"file_not_found"}})
    EXPECT_NE(told.find(fact), std::string::npos) << told;
  EXPECT_TRUE(run_cron().empty());
}

TEST(CronTransports, SendmailGetsOneMailOnStandardInputAndNoShell) {
  const TemporaryFolder folder;
  const auto program = folder / "sendmail";
  write_file(program, fmt::format("#!/bin/sh\nprintf '%s\\n' \"$@\" >{0}/argv\ncat >{0}/input\n", folder.path().string()));
  std::filesystem::permissions(program, std::filesystem::perms{0755});
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0777});
  const Site site{{},
                  fmt::format("\n[mail]\ntransport = \"sendmail\"\nfrom = \"downloads@example.com\"\nprogram = \"{}\"\n",
                              program.string())};
  site.ask({"message", "send", "--to", "ada@example.com", "--subject", "$(id) `id` ;id", "--text", ".\nBcc: eve@example.com"});
  EXPECT_EQ(site.cron({"-v"}).out, "1 mail sent\n");
  EXPECT_EQ(read_file(folder / "argv"), "-i\n-f\ndownloads@example.com\n--\nada@example.com\n");
  const json mail = read_mail(read_file(folder / "input"));
  EXPECT_EQ(mail.at("headers").at("subject").at(0), "$(id) `id` ;id");
}

TEST(CronTransports, WithoutATransportAnotherProgramTakesTheMails) {
  const Site site{{}, "\n[mail]\ntransport = \"none\"\nfrom = \"downloads@example.com\"\n"};
  site.ask({"message", "send", "--to", "ada@example.com", "--to", "bob@example.com", "--subject", "Hello"});
  EXPECT_EQ(site.cron({"-v"}).out, "nothing was due\n");
  const json taken = site.ask({"mail", "take"}).at("mails");
  ASSERT_EQ(taken.size(), 2);
  EXPECT_EQ(read_mail(taken.at(0).at("message")).at("headers").at("subject").at(0), "Hello");
  EXPECT_TRUE(site.ask({"mail", "take"}).at("mails").empty()) << "somebody has them in hand";
  EXPECT_EQ(site.command({"mail", "sent", taken.at(0).at("id")}).status, 0);
  EXPECT_EQ(site.command({"mail", "failed", taken.at(1).at("id"), "--answer", "550 no such user"}).status, 0);
  const json listed = site.ask({"mail", "list"}).at("mails");
  EXPECT_EQ(listed.at(1).at("state"), "sent");
  EXPECT_EQ(listed.at(0).at("answer"), "550 no such user");
  EXPECT_EQ(site.command({"mail", "retry", taken.at(1).at("id")}).status, 0);
  EXPECT_EQ(site.ask({"mail", "take"}).at("mails").size(), 1);
  EXPECT_EQ(site.command({"mail", "retry", taken.at(0).at("id")}).status, 2) << "its content is forgotten";
}

TEST(CronTransports, NoMoreMailsGoOutInAnHourThanTheHostAllows) {
  SmtpServer server{{.security = SmtpServer::Security::none}};
  const Site site{
      {},
      fmt::format("\n[mail]\ntransport = \"smtp\"\nfrom = \"downloads@example.com\"\nhost = \"127.0.0.1\"\nport = {}\n"
                  "security = \"none\"\nper_run = 3\nper_hour = 5\n",
                  server.port())};
  std::vector<std::string> words{"message", "send", "--subject", "Hello"};
  for (int i = 0; i < 12; ++i) words.insert(words.end(), {"--to", fmt::format("{}@example.com", i)});
  site.ask(words);
  const Time now = std::chrono::floor<seconds>(std::chrono::system_clock::now()) + seconds{5};
  const struct {
    int minutes, sent;
  } runs[] = {{0, 3}, {15, 2}, {30, 0}, {61, 3}, {80, 2}, {200, 2}};
  for (const auto& each : runs) {
    const auto report =
        json::parse(site.cron({"--json", "--now", format_rfc3339(now + std::chrono::minutes{each.minutes})}).out);
    EXPECT_EQ(report.at("mails_sent"), each.sent) << each.minutes;
  }
  EXPECT_EQ(server.messages().size(), 12);
}

}  // namespace
}  // namespace claimcheck
