#include "core/mail.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

TEST(MailKinds, AreReadAsTheyAreWritten) {
  const struct {
    MailKind kind;
    const char* word;
  } cases[] = {{MailKind::link, "link"},       {MailKind::warning, "warning"}, {MailKind::receipt, "receipt"},
               {MailKind::failure, "failure"}, {MailKind::renewal, "renewal"}, {MailKind::message, "message"}};
  for (const auto& c : cases) {
    EXPECT_EQ(to_string(c.kind), c.word);
    EXPECT_EQ(parse_mail_kind(c.word), c.kind);
  }
  for (const char* word : {"", "Link", "links", " link"}) EXPECT_EQ(parse_mail_kind(word), std::nullopt) << word;
}

}  // namespace
}  // namespace claimcheck
