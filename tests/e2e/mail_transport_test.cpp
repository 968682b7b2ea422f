#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "cron/letter.h"
#include "cron/line_breaks.h"
#include "tests/e2e/mail_transport_fixture.h"
#include "tests/support/process.h"
#include "tests/support/smtp_server.h"

namespace claimcheck::test {
namespace {

const std::string password = "a very s3cret pass\xC3\xB6rd";

/// A mail whose text tries to end it early.
cron::Letter letter(int number) {
  return {
      .message_id = "<mail-" + std::to_string(number) + "@example.com>",
      .from = {.name = "B\xC3\xBC"
                       "cherladen",
               .address = sender},
      .reply_to = "",
      .to = recipient,
      .subject =
          "Ihr Link l\xC3\xA4uft ab: Pl\xC3\xA4ne f\xC3\xBCr das ganze Haus und den Garten, dritte Fassung \xF0\x9F\x98\x80",
      .text = "Hallo,\n.\n..\n.\r\nQUIT\r\n\n.Zeile\nFrom hier bis " + std::string(300, 'x') +
              " \nGr\xC3\xBC\xC3\x9F"
              "e\n",
      .html = "<p>Hallo</p>\n.\n",
      .date = from_unix(1'795'271'550),
      .references = "",
      .unsubscribe = "",
      .attachments = {{.filename = "Pl\xC3\xA4ne \xF0\x9F\x98\x80, v3.pdf",
                       .media_type = "application/pdf",
                       .bytes = std::string("\0\r\n.\r\n\xFF", 7) + std::string(200'000, '.')}}};
}

SmtpSettings settings_for(const SmtpServer& server, SmtpSettings::Security security) {
  SmtpSettings settings = settings_on(server.port(), password);
  settings.security = security;
  settings.ca_file = server.certificate();
  return settings;
}

TEST(MailTransport, DeliversInTlsWithLogin) {
  const struct {
    const char* name;
    SmtpServer::Security offered;
    SmtpSettings::Security wanted;
    const char* mechanism;
    const char* host;
  } cases[] = {
      {"STARTTLS and PLAIN", SmtpServer::Security::starttls, SmtpSettings::Security::starttls, "PLAIN", "127.0.0.1"},
      {"STARTTLS and LOGIN", SmtpServer::Security::starttls, SmtpSettings::Security::starttls, "LOGIN", "localhost"},
      {"TLS from the start and PLAIN", SmtpServer::Security::tls, SmtpSettings::Security::tls, "PLAIN", "localhost"},
      {"TLS from the start and LOGIN", SmtpServer::Security::tls, SmtpSettings::Security::tls, "LOGIN", "127.0.0.1"},
      {"a relay on this host", SmtpServer::Security::none, SmtpSettings::Security::none, "PLAIN", "127.0.0.1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const SmtpServer server{{.security = c.offered, .user = "shop", .password = password, .mechanism = c.mechanism}};
    SmtpSettings settings = settings_for(server, c.wanted);
    settings.host = c.host;
    const auto transport = cron::open_smtp(settings);
    for (int number = 0; number < 3; ++number) {
      const Dispatch dispatch = transport->send(sender, recipient, cron::to_rfc5322(letter(number)));
      EXPECT_EQ(dispatch.outcome, Outcome::accepted) << dispatch.answer;
    }
    const auto mails = server.messages();
    ASSERT_EQ(mails.size(), 3U);
    for (int number = 0; number < 3; ++number) {
      const ReceivedMail& mail = mails[static_cast<std::size_t>(number)];
      EXPECT_EQ(mail.sender, sender);
      EXPECT_EQ(mail.recipients, std::vector{recipient});
      EXPECT_EQ(mail.content, cron::to_rfc5322(letter(number)));
      EXPECT_EQ(mail.encrypted, c.wanted != SmtpSettings::Security::none);
      EXPECT_EQ(mail.login, "shop");
    }
  }
}

TEST(MailTransport, IsUnderstoodByAnotherProgram) {
  const SmtpServer server{{.security = SmtpServer::Security::none}};
  SmtpSettings settings = settings_for(server, SmtpSettings::Security::none);
  settings.user = "";
  const Dispatch dispatch = cron::open_smtp(settings)->send(sender, recipient, cron::to_rfc5322(letter(1)));
  ASSERT_EQ(dispatch.outcome, Outcome::accepted) << dispatch.answer;
  constexpr const char* program = R"(
import email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
files = [(part.get_filename(), part.get_content_type(), part.get_content().hex()) for part in mail.iter_attachments()]
defects = [str(defect) for part in mail.walk() for defect in part.defects]
defects += [str(defect) for part in mail.walk() for value in part.values() for defect in value.defects]
print(json.dumps({"subject": mail["subject"], "from": [(a.display_name, a.addr_spec) for a in mail["from"].addresses],
  "to": [a.addr_spec for a in mail["to"].addresses], "id": mail["message-id"], "date": mail["date"].datetime.timestamp(),
  "text": mail.get_body(("plain",)).get_content(), "html": mail.get_body(("html",)).get_content(),
  "files": files, "defects": defects}))
)";
  const Finished read = run({"/usr/bin/python3", "-c", program}, std::chrono::seconds{30}, {}, server.messages().at(0).content);
  ASSERT_EQ(read.status, 0) << read.err;
  const auto mail = nlohmann::json::parse(read.out);
  const cron::Letter sent = letter(1);
  std::string hex;
  for (const char octet : sent.attachments[0].bytes) {
    constexpr const char* digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(octet);
    (hex += digits[value >> 4]) += digits[value & 15];
  }
  EXPECT_EQ(mail.at("subject"), sent.subject);
  EXPECT_EQ(mail.at("from"), nlohmann::json::array({nlohmann::json::array({sent.from.name, sender})}));
  EXPECT_EQ(mail.at("to"), nlohmann::json{recipient});
  EXPECT_EQ(mail.at("id"), sent.message_id);
  EXPECT_EQ(mail.at("date"), 1'795'271'550);
  EXPECT_EQ(mail.at("text"), cron::with_line_breaks(sent.text, "\r\n"));
  EXPECT_EQ(mail.at("html"), cron::with_line_breaks(sent.html, "\r\n"));
  EXPECT_EQ(mail.at("files"),
            nlohmann::json::array({nlohmann::json::array({sent.attachments[0].filename, "application/pdf", hex})}));
  EXPECT_EQ(mail.at("defects"), nlohmann::json::array());
}

TEST(MailTransport, GoesNowhereWithoutTrust) {
  const SmtpServer good{{.user = "shop", .password = password}}, stranger{{.user = "shop", .password = password}};
  const SmtpServer other_name{{.user = "shop", .password = password, .names = "DNS:mail.example"}};
  const SmtpServer plain{{.security = SmtpServer::Security::none, .user = "shop", .password = password}};
  const SmtpServer wrapped{{.security = SmtpServer::Security::tls, .user = "shop", .password = password}};
  const SmtpServer wrapped_stranger{{.security = SmtpServer::Security::tls, .user = "shop", .password = password}};
  const SmtpServer wrapped_other{
      {.security = SmtpServer::Security::tls, .user = "shop", .password = password, .names = "DNS:x.example"}};
  const SmtpSettings starttls = settings_for(good, SmtpSettings::Security::starttls);
  const SmtpSettings tls = settings_for(wrapped, SmtpSettings::Security::tls);
  const auto with = [](SmtpSettings settings, auto change) {
    change(settings);
    return settings;
  };
  const struct {
    const char* name;
    SmtpSettings settings;
    const char* said;
  } cases[] = {
      {"another authority", with(starttls, [&](auto& s) { s.ca_file = stranger.certificate(); }), "STARTTLS: "},
      {"the system's authorities", with(starttls, [](auto& s) { s.ca_file = ""; }), "STARTTLS: "},
      {"no authorities", with(starttls, [](auto& s) { s.ca_file = "/nonexistent"; }), "STARTTLS: "},
      {"another host's certificate", settings_for(other_name, SmtpSettings::Security::starttls), "STARTTLS: "},
      {"another authority, TLS", with(tls, [&](auto& s) { s.ca_file = wrapped_stranger.certificate(); }), "connection: "},
      {"the system's authorities, TLS", with(tls, [](auto& s) { s.ca_file = ""; }), "connection: "},
      {"another host's certificate, TLS", settings_for(wrapped_other, SmtpSettings::Security::tls), "connection: "},
      {"STARTTLS not offered", settings_for(plain, SmtpSettings::Security::starttls),
       "EHLO: the server does not offer STARTTLS"},
      {"no TLS at all", settings_for(plain, SmtpSettings::Security::tls), "connection: "},
      {"a wrong password", with(starttls, [](auto& s) { s.password = "wrong " + password; }), "AUTH: 535"},
      {"a wrong user", with(starttls, [](auto& s) { s.user = "eve"; }), "AUTH: 535"},
      {"a login not set", with(starttls, [](auto& s) { s.user = ""; }), "MAIL: 530"},
      {"nobody listens", with(starttls, [](auto& s) { s.port = free_port(); }), "connection: "},
      {"no such host", with(starttls, [](auto& s) { s.host = "mail.invalid"; }), "connection: "},
      {"a sender that is none", starttls, "the sender is not"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const bool no_sender = std::string{c.said}.starts_with("the sender");
    const auto transport = cron::open_smtp(c.settings);
    for (int attempt = 0; attempt < 2; ++attempt) {
      const Dispatch dispatch = transport->send(no_sender ? "-oQ/tmp" : sender, recipient, "Subject: x\r\n\r\n");
      EXPECT_EQ(dispatch.outcome, Outcome::unreachable);
      EXPECT_TRUE(dispatch.answer.starts_with(c.said)) << dispatch.answer;
      EXPECT_LE(dispatch.answer.size(), 300U);
      EXPECT_EQ(dispatch.answer.find("s3cret"), std::string::npos) << dispatch.answer;
    }
  }
  for (const SmtpServer* server : {&good, &stranger, &other_name, &plain, &wrapped, &wrapped_stranger, &wrapped_other})
    EXPECT_TRUE(server->messages().empty());
}

TEST(MailTransport, RefusesWhatIsNotOneAddress) {
  const SmtpServer server{{.security = SmtpServer::Security::none}};
  SmtpSettings settings = settings_for(server, SmtpSettings::Security::none);
  settings.user = "";
  const auto transport = cron::open_smtp(settings);
  for (const char* address : {"", "ada", "ada@example.org>\r\nRCPT TO:<eve@example.net", "ada@example.org,eve@example.net",
                              "ada@example.org> SIZE=1", "\"ada king\"@example.org", "-oQ/tmp@example.org"}) {
    SCOPED_TRACE(address);
    EXPECT_EQ(transport->send(sender, address, "Subject: x\r\n\r\n").outcome, Outcome::refused);
  }
  EXPECT_TRUE(server.messages().empty());
}

TEST(MailTransport, GivesUpOnAServerThatSaysNothing) {
  for (const auto security : {SmtpSettings::Security::none, SmtpSettings::Security::tls}) {
    const DyingSmtpServer server{[](int, int) { return Fault{Point::before_greeting, Act::silence}; }};
    SmtpSettings settings{.host = "127.0.0.1", .port = server.port(), .security = security, .helo = "www.example.com"};
    settings.timeout = seconds{1};
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(cron::open_smtp(settings)->send(sender, recipient, "x").outcome, Outcome::unreachable);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
  }
}

}  // namespace
}  // namespace claimcheck::test
