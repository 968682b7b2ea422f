#include <gtest/gtest.h>

#include "core/due.h"
#include "core/progress.h"
#include "tests/unit/fresh_token.h"

// When something is to be done about a token although nobody asks for it.
namespace claimcheck {
namespace {

constexpr FileVersion file{.size = 1000, .mtime_ns = 7};
const Time start = from_unix(1'800'000'000);

Token token_with(std::vector<Claim> claims, Notify notify = Notify::nobody, const std::string& email = "ada@example.com") {
  Token token = test::fresh_token(file, start, 5);
  token.email = email;
  token.rules.notify = notify;
  token.claims = std::move(claims);
  return token;
}

Claim completed(const std::string& id, Time at = start + seconds{50}) {
  return {.id = id, .opened = start, .file = file, .charged = 1000, .last_seen = at, .completed = at};
}

std::vector<std::string> ids_of(const std::vector<Claim>& claims) {
  std::vector<std::string> ids;
  for (const Claim& claim : claims) ids.push_back(claim.id);
  return ids;
}

TEST(Untold, AreTheCompletedClaimsOfWhichSomebodyWantsToHear) {
  Claim begun = completed("begun"), told = completed("told");
  begun.completed.reset();
  told.told = true;
  const std::vector<Claim> claims{begun, completed("a"), told, completed("b")};
  const std::vector<std::string> both{"a", "b"}, none;
  const struct {
    const char* name;
    Notify notify;
    const char* email;
    std::vector<std::string> untold;
  } cases[] = {
      {"nobody", Notify::nobody, "ada@example.com", none},
      {"the customer", Notify::customer, "ada@example.com", both},
      {"a customer without an address", Notify::customer, "", none},
      {"the operator", Notify::support, "ada@example.com", both},
      {"the operator, of a customer without an address", Notify::support, "", both},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Token token = token_with(claims, c.notify, c.email);
    EXPECT_EQ(ids_of(untold(token)), c.untold);
    EXPECT_EQ(tidy_due(token), c.untold.empty() ? Time::max() : start + seconds{50});
  }
}

TEST(Untold, EndsWhenItIsNoted) {
  const Token before = token_with({completed("a"), completed("b")}, Notify::support);
  const std::vector<std::string> a{"a"}, rest{"b", "gone meanwhile"}, all{"a", "b"}, unknown{"gone meanwhile"};
  const Token some = note_told(before, a).value();
  EXPECT_EQ(ids_of(untold(some)), std::vector<std::string>{"b"});
  EXPECT_EQ(note_told(some, a), std::nullopt) << "noted already";
  EXPECT_EQ(note_told(some, unknown), std::nullopt);
  EXPECT_EQ(note_told(some, {}), std::nullopt);
  const Token done = note_told(some, rest).value();
  EXPECT_TRUE(untold(done).empty());
  EXPECT_EQ(done, note_told(before, all).value());
  EXPECT_EQ(tidy_due(done), Time::max());
  Token same = done;
  for (Claim& claim : same.claims) claim.told = false;
  EXPECT_EQ(same, before) << "nothing else changes";
}

TEST(WarningDue, IsSoLongBeforeTheExpiryForWhomItCanReach) {
  Token token = token_with({});
  EXPECT_EQ(warning_due(token), Time::max()) << "unless the policy says so";
  token.rules.warn_before = seconds{3600};
  EXPECT_EQ(warning_due(token), token.expires_at - seconds{3600});
  Token other = token;
  other.email.clear();
  EXPECT_EQ(warning_due(other), Time::max());
  other = token;
  other.revoked_at = start;
  EXPECT_EQ(warning_due(other), Time::max());
  other = token;
  other.expires_at += seconds{5};
  EXPECT_EQ(warning_due(other), warning_due(token) + seconds{5});
}

TEST(TidyDue, IsTheFirstMomentAtWhichThereIsSomethingToDo) {
  const Claim unused{.id = "unused", .opened = start, .last_seen = start};
  const auto with_delivery = [](std::string id, Time last_progress) {
    return Claim{.id = id,
                 .charged = 5,
                 .active = {{.id = "delivery of " + id, .ranges = {{0, 10}}, .last_progress = last_progress}},
                 .last_seen = last_progress};
  };
  const struct {
    const char* name;
    std::vector<Claim> claims;
    Time due;
  } cases[] = {
      {"no claims", {}, Time::max()},
      {"an unused claim", {unused}, start + seconds{600}},
      {"a delivery", {with_delivery("a", start)}, start + seconds{56}},
      {"the first of two deliveries", {with_delivery("a", start + seconds{9}), with_delivery("b", start)}, start + seconds{56}},
      {"a delivery and an unused claim", {unused, with_delivery("a", start)}, start + seconds{56}},
      {"a receipt to send", {unused, completed("c", start + seconds{5})}, start + seconds{5}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Token token = token_with(c.claims, Notify::support);
    EXPECT_EQ(tidy_due(token), c.due);
    if (c.due == Time::max()) continue;
    std::vector<DeadDelivery> dead;
    EXPECT_TRUE(tidy(token, c.due - seconds{1}, dead) == token) << "nothing to tidy before";
    const bool has_something = tidy(token, c.due, dead) != token || !untold(token).empty();
    EXPECT_TRUE(has_something);
  }
}

}  // namespace
}  // namespace claimcheck
