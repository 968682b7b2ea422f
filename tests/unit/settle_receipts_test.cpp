#include "core/due.h"
#include "cron/settle.h"
#include "tests/unit/cron_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

class Receipts : public CronTest {
 protected:
  Token add(int number, Notify notify, const std::string& email = "ada@example.com") {
    Token token = token_of(number, email);
    token.rules.notify = notify;
    token.claims = {claim_of("claim", 1000, start + seconds{5})};
    token.facts = {{"language", "de"}};
    tokens.add(token);
    return token;
  }

  std::int64_t settle(cron::Mode mode = cron::Mode::real) { return settle(&notices, mode); }
  std::int64_t settle(cron::Notices* told, cron::Mode mode = cron::Mode::real) {
    return cron::settle(tokens, tokens, log, told, pause, at(tokens.now(), mode)).receipts;
  }

  void SetUp() override { memory.set_now(start + seconds{10}); }

  const Pause pause = [](std::chrono::milliseconds) {};
};

TEST_F(Receipts, GoToWhomThePolicyNames) {
  const struct {
    const char* name;
    Notify notify;
    const char *email, *recipient, *customer, *language;
  } cases[] = {
      {"nobody", Notify::nobody, "ada@example.com", "", "", ""},
      {"the customer", Notify::customer, "ada@example.com", "ada@example.com", "", "de"},
      {"a customer without an address", Notify::customer, "", "", "", ""},
      {"the operator", Notify::support, "ada@example.com", "help@example.com", "ada@example.com", ""},
      {"the operator, of somebody unknown", Notify::support, "", "help@example.com", "", ""},
  };
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Token token = add(++number, c.notify, c.email);
    const bool told = *c.recipient != '\0';
    EXPECT_EQ(settle(cron::Mode::dry_run), told ? 1 : 0);
    EXPECT_EQ(stored(token), token) << "a dry run changes nothing";
    EXPECT_EQ(settle(), told ? 1 : 0);
    const auto mail = outbox.find(token.id.text, MailKind::receipt);
    ASSERT_EQ(mail.has_value(), told);
    if (!told) continue;
    EXPECT_EQ(mail->recipient, c.recipient);
    EXPECT_EQ(mail->occasion, "claim");
    EXPECT_EQ(content(*mail).customer, c.customer);
    EXPECT_EQ(content(*mail).language, c.language);
    EXPECT_EQ(content(*mail).at, start + seconds{5});
    EXPECT_TRUE(content(*mail).links.at(0).secret.empty());
  }
}

TEST_F(Receipts, AreOneForAClaimHoweverManyDeliveriesItTook) {
  Token token = token_of(1);
  token.rules.notify = Notify::customer;
  tokens.add(token);
  Enforcement enforcement{tokens, pause};
  for (const std::uint64_t part : {0, 1, 2, 3}) {
    const Range range{.first = part * 250, .length = 250};
    const std::string delivery = fmt::format("delivery {}", part);
    enforcement.admit(stored(token), {.delivery = delivery, .ranges = {range}, .file = token.version, .new_claim = "claim"});
    EXPECT_EQ(settle(), 0) << "not complete yet";
    enforcement.settle(token.id, {.claim = "claim", .delivery = delivery, .ranges = {range}, .sent = 250});
  }
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(settle(), 0);
  enforcement.admit(stored(token), {.delivery = "tail", .ranges = {{900, 100}}, .file = token.version, .named_claim = "claim"});
  enforcement.settle(token.id, {.claim = "claim", .delivery = "tail", .ranges = {{900, 100}}, .sent = 100});
  EXPECT_EQ(settle(), 0) << "a part was fetched again";
  EXPECT_EQ(mails(MailKind::receipt).size(), 1U);
}

TEST_F(Receipts, AreOneForEachClaim) {
  Token token = token_of(1);
  token.rules.notify = Notify::customer;
  token.claims = {claim_of("a", 1000, start), claim_of("b", 1000, start), claim_of("c", 5)};
  tokens.add(token);
  EXPECT_EQ(settle(), 2);
  EXPECT_EQ(mails(MailKind::receipt).size(), 2U);
}

TEST_F(Receipts, OfADownloadThatTheSameRunFindsToBeCompleteGoOutAtOnce) {
  Token token = token_of(1);
  token.rules.notify = Notify::customer;
  token.uses = 1;
  token.claims = {claim_of("claim", 0)};
  token.claims[0].active = {{.id = "d", .ranges = {{0, 1000}}, .sent = 1000, .started = start, .last_progress = start}};
  tokens.add(token);
  memory.set_now(start + seconds{56});
  EXPECT_EQ(settle(), 1) << "its worker died after the last checkpoint";
  EXPECT_EQ(log.of_token(token.id, 10).size(), 1U);
}

TEST_F(Receipts, AreNotWrittenTwiceIfARunDiesBeforeItHasNotedThem) {
  const Token token = add(1, Notify::support);
  notices.tell_completion(token, token.claims[0], start);
  EXPECT_EQ(notices.flush(), 1);
  EXPECT_EQ(settle(), 0);
  EXPECT_EQ(mails(MailKind::receipt).size(), 1U);
  EXPECT_TRUE(untold(stored(token)).empty());
}

TEST_F(Receipts, OfATimeWithoutMailAreNotSentLater) {
  const Token token = add(1, Notify::customer);
  EXPECT_EQ(settle(nullptr, cron::Mode::dry_run), 0);
  EXPECT_EQ(settle(nullptr), 0);
  EXPECT_TRUE(untold(stored(token)).empty());
  EXPECT_EQ(settle(), 0);
}

TEST_F(Receipts, ToAnOperatorWithoutAnAddressAreNotKept) {
  cron::Notices to_nobody{outbox, outbox, seal, random, ""};
  const Token token = add(1, Notify::support);
  EXPECT_EQ(settle(&to_nobody), 0);
  EXPECT_TRUE(untold(stored(token)).empty());
  EXPECT_EQ(settle(), 0);
}

}  // namespace
}  // namespace claimcheck
