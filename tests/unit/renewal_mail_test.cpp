#include "core/renewal_mail.h"

#include "core/error.h"
#include "core/mail_draft.h"
#include "tests/unit/issue_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

/// A store that fails whenever a token is to be changed.
class ReadOnlyStore final : public TokenStore {
 public:
  explicit ReadOnlyStore(TokenStore& store) : store_(store) {}
  Time now() override { return store_.now(); }
  bool add(const Token& token) override { return store_.add(token); }
  std::optional<Token> find(const Digest& digest) override { return store_.find(digest); }
  std::optional<Token> find(const TokenId& id) override { return store_.find(id); }
  bool replace(const Token&) override { throw Error{Errc::unavailable, "it is read only"}; }
  bool replace_uses(const Token& token) override { return store_.replace_uses(token); }
  std::vector<Token> list(const TokenQuery& query) override { return store_.list(query); }

 private:
  TokenStore& store_;
};

class FullOutbox final : public Outbox {
 public:
  std::int64_t add(std::span<const Mail>) override { throw Error{Errc::unavailable, "the disk is full"}; }
  std::vector<Mail> due(Time, int) override { return {}; }
  std::optional<Mail> claim(const Mail&, Time) override { return std::nullopt; }
  void replace(const Mail&) override {}
  std::int64_t sent_since(Time) override { return 0; }
};

class RenewalMail : public Issuing {
 protected:
  /// A token that has been used up.
  Token used_up(const std::string& email = "ada@example.com") {
    Token token = issue({.storage = "uploads", .file = "report.pdf", .email = email}, "default", means).token;
    token.uses = 1;
    tokens.replace_uses(token);
    return tokens.find(token.id).value();
  }

  std::optional<std::string> renew(const Token& token) { return renew(token, means, outbox); }
  std::optional<std::string> renew(const Token& token, const IssueMeans& with, Outbox& queue) {
    return mail_renewal(token, {.issue = with, .old_secrets = tokens, .outbox = queue, .mail_log = outbox, .seal = seal});
  }

  /// What the link of a mail opens.
  std::optional<Token> opened_by(const Mail& mail) {
    return tokens.find(Digest::of(content_of(mail, seal).links.at(0).secret));
  }
  std::vector<Mail> due_after(seconds later) { return outbox.due(tokens.now() + later, 10); }

  MemoryOutbox outbox{memory};
  Seal seal{std::string(Seal::shortest_key, 'k')};
};

TEST_F(RenewalMail, TellsALinkThatWorksAsTheOldOneDidAtFirst) {
  const Token old = used_up();
  EXPECT_EQ(renew(old), std::nullopt);
  const auto mails = due_after(seconds{0});
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails[0].kind, MailKind::renewal);
  EXPECT_EQ(mails[0].recipient, "ada@example.com");
  const Token renewed = opened_by(mails[0]).value();
  EXPECT_EQ(renewed.id, old.id);
  EXPECT_EQ(renewed.max_uses, 2) << "one more";
  EXPECT_EQ(tokens.find(old.digest), std::nullopt);
  EXPECT_EQ(content_of(mails[0], seal).links.at(0), mailed_link(renewed, content_of(mails[0], seal).links.at(0).secret));
}

TEST_F(RenewalMail, IsSentToNobodyTwiceADay) {
  const Token token = used_up();
  EXPECT_EQ(renew(token), std::nullopt);
  Token again = tokens.find(token.id).value();
  again.uses = again.max_uses;
  tokens.replace_uses(again);
  EXPECT_EQ(renew(again), "it was renewed less than a day ago");
  memory.set_now(tokens.now() + between_renewals);
  EXPECT_EQ(renew(tokens.find(token.id).value()), std::nullopt);
  EXPECT_EQ(due_after(seconds{0}).size(), 2U);
}

TEST_F(RenewalMail, TellsWhyNoneIsSent) {
  EXPECT_EQ(renew(used_up("")), "the link was issued to no address that mail can be sent to");
  policies["default"].most_uses = 1;
  EXPECT_EQ(renew(used_up()), "its policy lets no link have more");
  EXPECT_TRUE(outbox.list(10).empty());
}

TEST_F(RenewalMail, ThatCannotBeQueuedLeavesTheLinkAsItIs) {
  const Token token = used_up();
  FullOutbox full;
  EXPECT_EQ(thrown([&] { renew(token, means, full); }).value().code(), Errc::unavailable);
  EXPECT_EQ(tokens.find(token.id), token);
  EXPECT_EQ(renew(token), std::nullopt) << "its holder can ask again";
}

TEST_F(RenewalMail, WaitsUntilItsLinkIsThere) {
  const Token token = used_up();
  ReadOnlyStore store{tokens};
  const IssueMeans failing{
      .policies = policies, .storages = storages, .tokens = store, .checks = checks, .random = random, .pause = pause};
  EXPECT_EQ(thrown([&] { renew(token, failing, outbox); }).value().code(), Errc::unavailable);
  EXPECT_TRUE(due_after(seconds{60}).empty()) << "nobody sends it meanwhile";
  auto mails = due_after(mail_in_hand);
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(opened_by(mails[0]), std::nullopt) << "which the cron sees, and drops it";
  mails[0].next_at.reset();
  mails[0].failed_at = tokens.now();
  outbox.replace(mails[0]);
  EXPECT_EQ(renew(token), std::nullopt) << "its holder can ask again";
  EXPECT_EQ(opened_by(due_after(seconds{0}).at(0)).value().id, token.id);
}

TEST_F(RenewalMail, IsQueuedByOneOfThoseWhoAskAtTheSameTime) {
  const Token token = used_up();
  Memory elsewhere;
  MemoryOutbox seen_before{elsewhere};  // the log as the slower one read it
  EXPECT_EQ(renew(token), std::nullopt);
  const auto why_not =
      mail_renewal(token, {.issue = means, .old_secrets = tokens, .outbox = outbox, .mail_log = seen_before, .seal = seal});
  EXPECT_EQ(why_not, "it is being renewed at this moment");
  const auto mails = due_after(mail_in_hand);
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_TRUE(opened_by(mails[0]).has_value()) << "the link that was mailed is the token's";
}

}  // namespace
}  // namespace claimcheck
