#include "core/mail_draft.h"

#include <gtest/gtest.h>

#include "tests/unit/fresh_token.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using test::thrown;

const Time now = from_unix(1'800'000'000);

class MailDrafts : public testing::Test {
 protected:
  static MailContent everything() {
    return {.language = "de",
            .links = {{.token = "a token",
                       .filename = "Bericht ü.pdf",
                       .size = 5'000'000'000,
                       .secret = "secret",
                       .expires_at = now + seconds{60},
                       .max_uses = 3,
                       .uses = 2},
                      {.token = "another", .filename = "\"quoted\"\\", .max_uses = 0}},
            .customer = "ada@example.com",
            .error = "file_changed",
            .at = now - seconds{5},
            .subject = "Line\r\nBcc: eve@example.com",
            .text = std::string("a NUL \0 and a line\n", 19),
            .attachments = {{.storage = "uploads",
                             .file = "2026/11/a.pdf",
                             .filename = "a.pdf",
                             .version = {.size = 7, .mtime_ns = 1'800'000'000'123'456'789}}},
            .told_at = now - seconds{7}};
  }

  Mail mail_of(const MailContent& content) const {
    return make_mail({.kind = MailKind::warning,
                      .about = "a token",
                      .occasion = "1800000000",
                      .recipient = "ada@example.com",
                      .content = content},
                     seal, random, now);
  }

  const Seal seal{std::string(32, 'k')}, other_seal{std::string(32, 'o')};
  const Random random = secure_random();
};

TEST_F(MailDrafts, EveryMemberOfTheContentComesBack) {
  EXPECT_EQ(content_of(mail_of(everything()), seal), everything());
  EXPECT_EQ(content_of(mail_of({}), seal), MailContent{});
}

TEST_F(MailDrafts, AMailIsDueAtOnceAndTellsNothingUnsealed) {
  const Mail mail = mail_of(everything());
  EXPECT_TRUE(is_uuid(mail.id));
  EXPECT_EQ(mail.kind, MailKind::warning);
  EXPECT_EQ(mail.about, "a token");
  EXPECT_EQ(mail.occasion, "1800000000");
  EXPECT_EQ(mail.recipient, "ada@example.com");
  EXPECT_EQ(mail.created_at, now);
  EXPECT_EQ(mail.next_at, now);
  EXPECT_EQ(mail.tries, 0);
  EXPECT_EQ(mail.content.find("secret"), std::string::npos);
  EXPECT_NE(mail_of(everything()).id, mail.id);
}

TEST_F(MailDrafts, AMailThatAnotherKeyHasSealedSaysSo) {
  const Mail mail = mail_of(everything());
  EXPECT_EQ(open_content(mail, other_seal), std::nullopt);
  const auto error = thrown([&] { content_of(mail, other_seal); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::unavailable) << "it can be had with the right key";
  EXPECT_NE(std::string{error->what()}.find("another [mail] key"), std::string::npos) << error->what();
  EXPECT_NE(std::string{error->what()}.find(mail.id), std::string::npos) << error->what();
}

TEST_F(MailDrafts, TheContentOfOneMailIsNotAnothers) {
  Mail mail = mail_of(everything());
  mail.content = mail_of(everything()).content;
  EXPECT_EQ(open_content(mail, seal), std::nullopt);
  mail.content.clear();
  EXPECT_EQ(open_content(mail, seal), std::nullopt) << "sent, and emptied";
}

TEST_F(MailDrafts, AContentOfAnotherShapeIsAnInternalError) {
  Mail mail = mail_of({});
  for (const char* text : {"", "{", "{}", "[]", R"({"language":5})"}) {
    mail.content = seal.close(text, mail.id, random);
    EXPECT_EQ(thrown([&] { content_of(mail, seal); }).value().code(), Errc::internal) << text;
  }
}

TEST_F(MailDrafts, TheMailOfANewTokenTellsItsLinkInItsLanguage) {
  Token token = test::fresh_token({.size = 5, .mtime_ns = 7}, now, 3);
  token.email = "ada@example.com";
  token.filename = "a.pdf";
  EXPECT_EQ(language_of(token), "");
  token.facts = {{"language", "de"}};
  const Secret secret = Secret::make(random);
  const MailDraft draft = link_draft({.token = token, .secret = secret});
  EXPECT_EQ(draft.kind, MailKind::link);
  EXPECT_EQ(draft.about, token.id.text);
  EXPECT_EQ(draft.recipient, "ada@example.com");
  EXPECT_EQ(draft.content.language, "de");
  const MailedLink expected{.token = token.id.text,
                            .filename = "a.pdf",
                            .size = 5,
                            .secret = secret.reveal(),
                            .expires_at = token.expires_at,
                            .max_uses = 3};
  EXPECT_EQ(draft.content.links, std::vector{expected});
}

TEST(CheckRecipient, RefusesWhatNoServerTakes) {
  const struct {
    const char* email;
    bool good;
  } cases[] = {
      {"ada@example.com", true},
      {"", false},
      {"ada", false},
      {"adä@example.com", false},
      {"ada@exämple.com", false},
      {"\"ada\"@example.com", false},
      {"-x@example.com", false},
  };
  for (const auto& c : cases) {
    const auto error = thrown([&] { check_recipient(c.email); });
    EXPECT_EQ(!error, c.good) << c.email;
    if (!error) continue;
    EXPECT_EQ(error->code(), Errc::bad_request);
    EXPECT_EQ(error->details(), (Details{{"field", "email"}}));
  }
}

}  // namespace
}  // namespace claimcheck
