#pragma once

#include "core/error.h"
#include "cron/compose.h"
#include "files/directory.h"
#include "tests/support/process.h"
#include "tests/unit/cron_fixture.h"

namespace claimcheck::test {

/// Mails that are made ready to go out.
class ComposeTest : public CronTest {
 protected:
  ComposeTest() {
    std::filesystem::create_directories(folder / "uploads");
    storages.emplace("uploads", files::open_directory(folder / "uploads"));
  }

  /// Adds a token that is warned of, unless `change` says otherwise.
  Token add(const std::function<void(Token&)>& change = [](Token&) {}) {
    Token token = token_of(1);
    token.digest = Digest::of(secret);
    token.rules.warn_before = seconds{6 * 3600};
    change(token);
    tokens.add(token);
    return token;
  }

  Mail mail_of(MailKind kind, const Token& token, const std::string& occasion = "") const {
    return make_mail({.kind = kind,
                      .about = token.id.text,
                      .occasion = occasion,
                      .recipient = "ada@example.com",
                      .content = {.links = {mailed_link(token, secret)}}},
                     seal, random, start);
  }
  Mail warning_of(const Token& token) const {
    return mail_of(MailKind::warning, token, std::to_string(to_unix(token.expires_at)));
  }
  Mail message_of(const MailContent& content) const {
    return make_mail({.kind = MailKind::message, .about = "message", .recipient = "ada@example.com", .content = content}, seal,
                     random, start);
  }

  cron::Composed compose(const Mail& mail, Time now = start) {
    cron::MailComposer composer{{.tokens = tokens,
                                 .deliveries = log,
                                 .mails = outbox,
                                 .storages = storages,
                                 .seal = seal,
                                 .site = site,
                                 .settings = settings,
                                 .now = now}};
    return composer.compose(mail);
  }

  /// The value of a message's header that is on one line; empty if there is none. Fails the test if there are several.
  static std::string header(const std::string& message, const std::string& name) {
    const std::string head = "\r\n" + message.substr(0, message.find("\r\n\r\n") + 2), begin = "\r\n" + name + ":";
    const std::size_t at = head.find(begin);
    if (at == std::string::npos) return {};
    EXPECT_EQ(head.find(begin, at + 1), std::string::npos) << name << " twice";
    const std::size_t value = head.find_first_not_of(" \r\n", at + begin.size());
    return head.substr(value, head.find("\r\n", value) - value);
  }

  TemporaryFolder folder;
  Storages storages;
  Site site{.url = "https://example.com", .name = "Example"};
  MailSettings settings{.transport = MailSettings::Transport::smtp, .from = "shop@mail.example.com"};
  const std::string secret = std::string(64, 's');
};

}  // namespace claimcheck::test
