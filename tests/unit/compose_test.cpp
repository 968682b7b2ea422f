#include "cron/compose.h"

#include "tests/unit/compose_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

class Compose : public ComposeTest {
 protected:
  MailedFile add_file(const std::string& name, const std::string& bytes) {
    write_file(folder / "uploads" / name, bytes);
    return {.storage = "uploads",
            .file = name,
            .filename = name,
            .version = storages.at("uploads")->open(name, ServedAs::decrypted)->version()};
  }

  MailContent with(std::vector<MailedFile> attachments) const {
    return {.subject = "The plans", .text = "Here they are.", .attachments = std::move(attachments)};
  }
};

TEST_F(Compose, AMailSaysWhoItIsFromAndToAndHasTheSameIdAtEveryAttempt) {
  const Mail mail = mail_of(MailKind::link, add());
  const cron::Composed first = compose(mail), again = compose(mail);
  EXPECT_EQ(first.message, again.message);
  EXPECT_EQ(first.sender, "shop@mail.example.com");
  EXPECT_EQ(header(first.message, "Message-ID"), "<" + mail.id + "@mail.example.com>");
  EXPECT_EQ(header(first.message, "To"), "ada@example.com");
  EXPECT_EQ(header(first.message, "From"), "Example <shop@mail.example.com>") << "the site's name where there is no other";
  EXPECT_EQ(header(first.message, "Reply-To"), "");
  EXPECT_EQ(header(first.message, "References"), "");
  EXPECT_EQ(header(first.message, "List-Unsubscribe"), "");
  settings.from = "The Shop <shop@mail.example.com>";
  settings.reply_to = "help@example.com";
  const cron::Composed named = compose(mail);
  EXPECT_EQ(header(named.message, "From"), "The Shop <shop@mail.example.com>");
  EXPECT_EQ(header(named.message, "Reply-To"), "help@example.com");
}

TEST_F(Compose, AWarningFollowsTheMailThatToldTheLink) {
  const Token token = add();
  const Mail warning = warning_of(token);
  EXPECT_EQ(header(compose(warning).message, "References"), "") << "there was none";
  const Mail waiting = mail_of(MailKind::link, token);
  outbox.add({&waiting, 1});
  EXPECT_EQ(header(compose(warning).message, "References"), "") << "it has not gone out";
  Mail link = outbox.claim(waiting, start).value();
  link.sent_at = start;
  link.next_at.reset();
  outbox.replace(link);
  EXPECT_EQ(header(compose(warning).message, "References"), "<" + link.id + "@mail.example.com>");
  const Mail renewal = sent({.kind = MailKind::renewal, .about = token.id.text, .recipient = token.email}, start);
  EXPECT_EQ(header(compose(warning).message, "References"), "<" + renewal.id + "@mail.example.com>");
  EXPECT_NE(header(compose(warning).message, "Message-ID"), "<" + renewal.id + "@mail.example.com>");
}

TEST_F(Compose, AWarningSaysWhereToAskForNoMore) {
  const Token token = add();
  const std::string subject = "?subject=unsubscribe%20" + token.id.text + ">";
  EXPECT_EQ(header(compose(warning_of(token)).message, "List-Unsubscribe"), "<mailto:shop@mail.example.com" + subject);
  settings.reply_to = "help@example.com";
  EXPECT_EQ(header(compose(warning_of(token)).message, "List-Unsubscribe"), "<mailto:help@example.com" + subject);
}

TEST_F(Compose, ALinkIsKeptOnlyIfAWarningWillRepeatIt) {
  const Token warned = add();
  for (const MailKind kind : {MailKind::link, MailKind::renewal}) {
    const Mail mail = mail_of(kind, warned);
    EXPECT_EQ(compose(mail).kept, mail.content) << to_string(kind);
  }
  EXPECT_EQ(compose(warning_of(warned)).kept, "");
  EXPECT_EQ(compose(mail_of(MailKind::receipt, warned)).kept, "");
  EXPECT_EQ(compose(message_of(with({}))).kept, "");
  change(warned.id, [](Token& token) { token.cleaned_at = start; });
  tokens.forget(start + seconds{1}, 1);
  const Token other = add([](Token& token) { token.rules.warn_before = seconds{0}; });
  EXPECT_EQ(compose(mail_of(MailKind::link, other)).kept, "");
}

TEST_F(Compose, AttachedFilesTravelAlong) {
  const std::string bytes = std::string("%PDF\0\xff\r\n.\r\n", 11) + std::string(100'000, 'x');
  const std::string empty = compose(message_of(with({}))).message;
  const std::string message = compose(message_of(with({add_file("a.pdf", bytes), add_file("b.bin", "")}))).message;
  EXPECT_NE(message.find("application/pdf"), std::string::npos);
  EXPECT_NE(message.find("a.pdf"), std::string::npos);
  EXPECT_NE(message.find("JVBERgD/DQouDQp4eHh4"), std::string::npos) << "in base64";
  EXPECT_NE(message.find("b.bin"), std::string::npos);
  EXPECT_GT(message.size(), empty.size() + bytes.size() * 4 / 3);
}

TEST_F(Compose, AFileThatIsNotTheOneItWasCanNeverBeSent) {
  const MailedFile file = add_file("a.pdf", "the report"), other = add_file("b.pdf", "another");
  write_file(folder / "uploads/a.pdf", "a longer report");
  const auto fault = [&](const MailedFile& each) { return thrown([&] { compose(message_of(with({other, each}))); }).value(); };
  EXPECT_EQ(fault(file).code(), Errc::file_changed);
  std::filesystem::remove(folder / "uploads/a.pdf");
  EXPECT_EQ(fault(file).code(), Errc::file_not_found);
  MailedFile elsewhere = other;
  elsewhere.storage = "attic";
  EXPECT_EQ(fault(elsewhere).code(), Errc::file_not_found);
  EXPECT_STREQ(fault(elsewhere).what(), "the configuration has no storage attic");
}

TEST_F(Compose, AStorageThatCannotBeReachedOrAKeyThatIsNotHereMayBeBackLater) {
  const Mail mail = message_of(with({add_file("a.pdf", "the report")}));
  std::filesystem::rename(folder / "uploads", folder / "unmounted");
  EXPECT_EQ(thrown([&] { compose(mail); }).value().code(), Errc::unavailable);
  Mail sealed = message_of(with({}));
  sealed.content = Seal{std::string(32, 'o')}.close("{}", sealed.id, random);
  EXPECT_EQ(thrown([&] { compose(sealed); }).value().code(), Errc::unavailable);
}

TEST_F(Compose, AHostileSubjectIsOneSubject) {
  for (const std::string& subject :
       {std::string{"a\r\nBcc: eve@example.com\r\n\r\nbody"}, std::string{"a%0aBcc:eve@example.com"},
        std::string("a\0\nTo: b", 8), std::string(5000, 'x'), std::string{"\xE2\x80\xAE"}}) {
    MailContent content = with({});
    content.subject = subject;
    const std::string message = compose(message_of(content)).message;
    EXPECT_EQ(header(message, "Bcc"), "");
    EXPECT_EQ(header(message, "To"), "ada@example.com");
    header(message, "Subject");
    EXPECT_EQ(message.find('\0'), std::string::npos);
  }
}

TEST_F(Compose, ATimeZoneOrATemplateThatCannotBeUsedIsSaidAtOnce) {
  const Mail mail = message_of(with({}));
  site.timezone = "Europe/Atlantis";
  EXPECT_EQ(thrown([&] { compose(mail); }).value().code(), Errc::bad_request);
  site.timezone = "Europe/Berlin";
  std::filesystem::create_directories(folder / "texts/en");
  write_file(folder / "texts/en/message.txt", "{nosuch}");
  settings.templates = folder / "texts";
  EXPECT_EQ(thrown([&] { compose(mail); }).value().code(), Errc::bad_request);
}

TEST_F(Compose, AMailToAnAddressThatNoServerTakesCanNeverBeMade) {
  const Token token = add();
  for (const char* recipient : {"", "ada", "adä@example.com", "-x@example.com", "a@example.com\r\nBcc: b@example.com"}) {
    Mail mail = mail_of(MailKind::link, token);
    mail.recipient = recipient;
    const auto error = thrown([&] { compose(mail); });
    ASSERT_TRUE(error) << recipient;
    EXPECT_EQ(error->code(), Errc::bad_request);
    EXPECT_STREQ(error->what(), "the receiver's address cannot be delivered to");
  }
}

}  // namespace
}  // namespace claimcheck
