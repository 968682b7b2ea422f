#include "core/token_json.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

TEST(TokenJson, ClaimsComeBackAsTheyWere) {
  const Claim claim{.id = "claim",
                    .opened = from_unix(-5),
                    .network = "2001:db8::/48",
                    .file = {.size = most, .mtime_ns = std::numeric_limits<std::int64_t>::min()},
                    .covered = IntervalSet{{{0, 5}, {10, most - 10}}},
                    .charged = most,
                    .active = {{.id = "d\"1",
                                .ranges = {{0, 1}, {most - 1, 1}},
                                .sent = most,
                                .started = from_unix(1),
                                .last_progress = from_unix(2),
                                .network = "::ffff:203.0.113.0",
                                .grounds = Grounds::restarted}},
                    .lost = {{.id = "gone", .sent = 7}},
                    .handed_off = {{.id = "away", .ranges = {{5, most - 5}}, .at = from_unix(9)}},
                    .last_seen = from_unix(3),
                    .completed = from_unix(4)};
  Claim open = claim;
  open.completed = std::nullopt;
  open.active.clear();
  const std::vector<Claim> claims{claim, open};
  EXPECT_EQ(decode_claims(encode_claims(claims)), claims);
  EXPECT_EQ(encode_claims({}), "[]");
}

TEST(TokenJson, ClaimsOfAnOlderVersionAreRead) {
  const auto claims = decode_claims(
      R"([{"id":"c","opened":1,"size":10,"mtime_ns":2,"covered":[[0,4]],"charged":4,"active":[{"id":"d","ranges":[[4,6]],)"
      R"("sent":0,"started":3,"last_progress":3,"network":"n"}],"lost":[],"last_seen":3,"completed":null}])");
  ASSERT_EQ(claims.size(), 1U);
  EXPECT_EQ(claims[0].network, "");
  EXPECT_EQ(claims[0].active.at(0).grounds, Grounds::continued);
  EXPECT_TRUE(claims[0].handed_off.empty());
  EXPECT_FALSE(claims[0].told);
}

TEST(TokenJson, RulesComeBackAndMissingMembersKeepTheirDefaults) {
  const Rules rules{.grace = seconds{7},
                    .confirm = Confirm::always,
                    .on_change = OnChange::serve,
                    .decrypt = false,
                    .delete_file = true,
                    .retry_budget = 0.25,
                    .warn_before = seconds{60},
                    .notify = Notify::support};
  EXPECT_EQ(decode_rules(encode_rules(rules)), rules);
  EXPECT_EQ(decode_rules("{}"), Rules{});
  EXPECT_EQ(
      encode_rules(Rules{}),
      R"({"grace":3600,"confirm":"auto","on_change":"refuse","decrypt":true,"delete_file":false,"retry_budget":1.0,"exact":"auto","rate":0,"burst":0,"parallel":64,"warn_before":0,"notify":"nobody","requests_per_minute":0,"bind_ip":"off","countries":[],"checks":[]})");
}

TEST(TokenJson, WhatIsNotOfItsShapeIsAnInternalError) {
  for (const char* text : {"", "[", "{}", "[{}]", "[[]]", R"([{"id":5}])"}) {
    SCOPED_TRACE(text);
    try {
      decode_claims(text);
      ADD_FAILURE() << "read";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::internal);
    }
  }
}

TEST(TokenJson, RulesThatCannotBeUnderstoodAreAnInternalErrorNotADefault) {
  for (const char* text :
       {"", "[]", "null", "5", "\"x\"", "{", R"({"grace":"1h"})", R"({"delete_file":1})", R"({"retry_budget":"1"})",
        R"({"confirm":"maybe"})", R"({"confirm":1})", R"({"on_change":"keep"})"}) {
    SCOPED_TRACE(text);
    const auto error = test::thrown([&] { decode_rules(text); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code(), Errc::internal);
  }
  EXPECT_EQ(decode_rules(R"({"grace":5,"a member of tomorrow":1})").grace, seconds{5});
}

}  // namespace
}  // namespace claimcheck
