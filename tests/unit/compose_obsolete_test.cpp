#include "tests/unit/compose_fixture.h"

// Which mails need not go out any more.
namespace claimcheck {
namespace {

using namespace test;

class ComposeObsolete : public ComposeTest {};

TEST_F(ComposeObsolete, SaysWhyNobodyNeedsALinkAnyMore) {
  const Time end = start + seconds{86400};
  const auto begun = [](Token& token) {
    token.claims = {claim_of("a", 5)};
    token.rules.grace = seconds{3600};
  };
  const struct {
    const char* name;
    std::function<void(Token&)> change;
    Time now;
    const char* why;
  } cases[] = {
      {"as it was", [](Token&) {}, start, ""},
      {"the last second", [](Token&) {}, end - seconds{1}, ""},
      {"expired", [](Token&) {}, end, "the token has expired"},
      {"expired, in its grace", begun, end, "the token has expired"},
      {"revoked", [](Token& token) { token.revoked_at = start; }, start, "the token was revoked"},
      {"revoked and expired", [](Token& token) { token.revoked_at = start; }, end, "the token was revoked"},
  };
  for (const auto& c : cases)
    for (const MailKind kind : {MailKind::link, MailKind::renewal, MailKind::warning}) {
      SCOPED_TRACE(testing::Message() << c.name << ": " << to_string(kind));
      const Token token = add(c.change);
      const Mail mail = kind == MailKind::warning ? warning_of(token) : mail_of(kind, token);
      const cron::Composed composed = compose(mail, c.now);
      EXPECT_EQ(composed.obsolete, c.why);
      EXPECT_EQ(composed.message.empty(), *c.why != '\0');
      change(token.id, [](Token& each) { each.cleaned_at = start; });
      tokens.forget(start + seconds{1}, 10);
      EXPECT_EQ(compose(mail, c.now).obsolete, "the token is gone");
    }
}

TEST_F(ComposeObsolete, AWarningIsNotNeededOnceTheLinkWasExtendedOrTheFileFetched) {
  const Token token = add();
  const Mail warning = warning_of(token), link = mail_of(MailKind::link, token);
  change(token.id, [](Token& each) { each.claims = {claim_of("a", 5)}; });
  EXPECT_EQ(compose(warning).obsolete, "");
  change(token.id, [](Token& each) { each.expires_at += seconds{5}; });
  EXPECT_EQ(compose(warning).obsolete, "the token expires at another time by now");
  change(token.id, [](Token& each) { each.claims = {claim_of("a", 1000, start)}; });
  EXPECT_EQ(compose(warning_of(stored(token))).obsolete, "the file was fetched meanwhile");
  EXPECT_EQ(compose(link).obsolete, "") << "a link may be good for more than one download";
}

TEST_F(ComposeObsolete, WhatTellsOfThePastIsAlwaysNeeded) {
  Token token = token_of(1);
  token.revoked_at = start;
  for (const MailKind kind : {MailKind::receipt, MailKind::failure})
    EXPECT_EQ(compose(mail_of(kind, token), start + seconds{999'999}).obsolete, "") << to_string(kind);
}

}  // namespace
}  // namespace claimcheck
