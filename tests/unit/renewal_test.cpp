#include "core/renewal.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "tests/unit/issue_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using test::thrown;

const Time now = from_unix(1'800'000'000);
const Time much_later = from_unix(9'000'000'000);

Token used_once() {
  return {.id = {"01890000-0000-7000-8000-000000000001"},
          .digest = Digest::of("old"),
          .expires_at = now + seconds{100},
          .max_uses = 2,
          .uses = 1};
}

TEST(Extended, AddsTimeOrUsesAndTakesNothingAway) {
  const Policy policy;
  Token expired = used_once();
  expired.expires_at = now - seconds{500};
  expired.cleaned_at = now - seconds{10};
  const struct {
    const char* name;
    Token token;
    Extension extension;
    Time expires_at;
    std::int64_t max_uses;
  } cases[] = {
      {"time from its expiry", used_once(), {.ttl = seconds{50}, .uses = {}}, now + seconds{150}, 2},
      {"time from now if it has expired", expired, {.ttl = seconds{50}, .uses = {}}, now + seconds{50}, 2},
      {"uses", used_once(), {.ttl = {}, .uses = 3}, now + seconds{100}, 5},
      {"both", used_once(), {.ttl = seconds{1}, .uses = 1}, now + seconds{101}, 3},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Token next = extended(c.token, c.extension, policy, now);
    EXPECT_EQ(next.expires_at, c.expires_at);
    EXPECT_EQ(next.max_uses, c.max_uses);
    EXPECT_EQ(next.uses, 1);
    EXPECT_EQ(next.digest, c.token.digest);
  }
  EXPECT_EQ(extended(expired, {.ttl = seconds{50}, .uses = {}}, policy, now).cleaned_at, std::nullopt);
  EXPECT_TRUE(extended(expired, {.ttl = {}, .uses = 1}, policy, now).cleaned_at.has_value()) << "it is as dead as before";
}

TEST(Extended, RefusesWhatCannotBeAdded) {
  Policy strict;
  strict.longest_ttl = seconds{200};
  strict.most_uses = 4;
  Token unlimited = used_once(), revoked = used_once();
  unlimited.max_uses = 0;
  revoked.revoked_at = now;
  const struct {
    const char* name;
    Token token;
    Extension extension;
    Errc error;
  } cases[] = {
      {"nothing", used_once(), {}, Errc::bad_request},
      {"no time", used_once(), {.ttl = seconds{0}, .uses = {}}, Errc::bad_request},
      {"less time", used_once(), {.ttl = seconds{-5}, .uses = {}}, Errc::bad_request},
      {"more time than the policy gives", used_once(), {.ttl = seconds{101}, .uses = {}}, Errc::bad_request},
      {"no use", used_once(), {.ttl = {}, .uses = 0}, Errc::bad_request},
      {"fewer uses", used_once(), {.ttl = {}, .uses = -1}, Errc::bad_request},
      {"more uses than the policy gives", used_once(), {.ttl = {}, .uses = 3}, Errc::bad_request},
      {"more uses than there are numbers",
       used_once(),
       {.ttl = {}, .uses = std::numeric_limits<std::int64_t>::max()},
       Errc::bad_request},
      {"uses without a limit", unlimited, {.ttl = {}, .uses = 1}, Errc::bad_request},
      {"anything once it is revoked", revoked, {.ttl = seconds{5}, .uses = {}}, Errc::token_revoked},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto error = thrown([&] { extended(c.token, c.extension, strict, now); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code(), c.error);
  }
}

class Renewal : public test::Issuing {
 protected:
  Renewal() { memory.set_now(now); }

  Issued issue_link() {
    return issue({.storage = "uploads", .file = "report.pdf", .filename = {}, .email = "ada@example.com"}, "default", means);
  }
  Issued renew(const TokenId& id, const Extension& extension = {}) {
    return regenerate(id, Secret::make(random), extension, means, tokens);
  }
};

TEST_F(Renewal, ALinkThatIsExtendedIsStoredSo) {
  const Issued issued = issue_link();
  const Token extended = extend(issued.token.id, {.ttl = seconds{60}, .uses = 2}, means);
  EXPECT_EQ(extended.expires_at, issued.token.expires_at + seconds{60});
  EXPECT_EQ(tokens.find(issued.token.id)->max_uses, 3);
  EXPECT_EQ(tokens.find(issued.secret.digest())->expires_at, extended.expires_at);
}

TEST_F(Renewal, ALinkWhoseFileIsGoneOrAnotherIsNotExtended) {
  const Issued issued = issue_link();
  const auto error = [&] {
    const auto fault = thrown([&] { extend(issued.token.id, {.ttl = seconds{60}, .uses = {}}, means); });
    return fault ? fault->code() : Errc::internal;
  };
  test::write_file(uploads / "report.pdf", "another report");
  EXPECT_EQ(error(), Errc::file_changed);
  std::filesystem::remove(uploads / "report.pdf");
  EXPECT_EQ(error(), Errc::file_not_found);
  EXPECT_EQ(tokens.find(issued.token.id)->expires_at, issued.token.expires_at);
}

TEST_F(Renewal, ANewSecretTakesThePlaceOfTheOldOneAndOfNothingElse) {
  const Issued before = issue_link();
  const Issued after = renew(before.token.id);
  EXPECT_EQ(after.token.id, before.token.id);
  EXPECT_EQ(tokens.find(before.secret.digest()), std::nullopt);
  EXPECT_EQ(tokens.find_old(before.secret.digest()), before.token.id);
  const Token stored = tokens.find(after.secret.digest()).value();
  EXPECT_EQ(stored.expires_at, before.token.expires_at);
  EXPECT_EQ(stored.max_uses, before.token.max_uses);
  const Issued third = renew(before.token.id, {.ttl = seconds{60}, .uses = {}});
  EXPECT_EQ(tokens.find_old(after.secret.digest()), before.token.id);
  EXPECT_EQ(third.token.expires_at, before.token.expires_at + seconds{60});
}

TEST_F(Renewal, WhatHasEndedGetsNoNewSecretUnlessItGetsTimeToo) {
  const Issued issued = issue_link();
  memory.set_now(much_later);
  const auto refused = [&](const TokenId& id) {
    const auto fault = thrown([&] { renew(id); });
    return fault ? fault->code() : Errc::internal;
  };
  EXPECT_EQ(refused(issued.token.id), Errc::token_expired);
  const Issued again = renew(issued.token.id, {.ttl = seconds{60}, .uses = {}});
  EXPECT_EQ(again.token.expires_at, much_later + seconds{60});
  Enforcement{tokens, pause}.revoke(issued.token.id);
  EXPECT_EQ(refused(issued.token.id), Errc::token_revoked);
  EXPECT_EQ(refused({"01890000-0000-7000-8000-00000000ffff"}), Errc::invalid_token);
}

TEST_F(Renewal, ARequestThatIsMadeAgainGetsTheSameLink) {
  const IssueRequest wanted{.storage = "uploads", .file = "report.pdf", .filename = {}, .email = "ada@example.com"};
  const auto once = [&](const std::string& caller, const std::string& name, const std::string& body) {
    return issue_once(wanted, "default", means, tokens, {.caller = caller, .name = name, .body = body});
  };
  const Issued first = once("key", "order 7", "{}");
  const Issued second = once("key", "order 7", "{}");
  EXPECT_EQ(second.secret.reveal(), first.secret.reveal());
  EXPECT_EQ(second.token, first.token);
  EXPECT_EQ(tokens.list({}).size(), 1);
  EXPECT_NE(once("key", "order 8", "{}").secret.reveal(), first.secret.reveal()) << "another name";
  EXPECT_NE(once("another key", "order 7", "{}").secret.reveal(), first.secret.reveal()) << "another caller";
  const auto otherwise = thrown([&] { once("key", "order 7", "{ }"); });
  ASSERT_TRUE(otherwise.has_value());
  EXPECT_EQ(otherwise->code(), Errc::bad_request);
  renew(first.token.id);
  memory.set_now(now + seconds{60});
  EXPECT_TRUE(thrown([&] { once("key", "order 7", "{}"); }).has_value()) << "its secret is nobody's any more";
  EXPECT_EQ(tokens.list({}).size(), 3);
}

TEST_F(Renewal, APolicyLimitsWhatMayBeAskedFor) {
  policies["default"].most_uses = 3;
  policies["default"].longest_ttl = seconds{3600};
  const struct {
    const char* name;
    std::optional<std::int64_t> uses;
    std::optional<seconds> ttl;
    bool allowed;
  } cases[] = {
      {"nothing", {}, {}, true},
      {"as much as there is", 3, seconds{3600}, true},
      {"more uses", 4, {}, false},
      {"any number of uses", 0, {}, false},
      {"more time", {}, seconds{3601}, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto error = thrown([&] {
      issue({.storage = "uploads", .file = "report.pdf", .filename = {}, .email = {}, .max_uses = c.uses, .ttl = c.ttl},
            "default", means);
    });
    EXPECT_EQ(!error.has_value(), c.allowed);
  }
}

}  // namespace
}  // namespace claimcheck
