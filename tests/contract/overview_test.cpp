#include <gtest/gtest.h>

#include "sql/lock_note.h"
#include "sql/migrate.h"
#include "tests/contract/places.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using namespace test;

class OverviewContract : public testing::TestWithParam<PlaceKind> {
 protected:
  std::unique_ptr<Place> place_ = GetParam().make();
  std::unique_ptr<Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
  Overview& overview_ = stores_->overview();
};

TEST_P(OverviewContract, LiveTokensAreThoseThatOpenSomething) {
  const Time now = from_unix(1'800'000'000), tomorrow = now + seconds{86'400};
  EXPECT_EQ(overview_.live_tokens(now, tomorrow), LiveTokens{});
  const struct {
    const char* name;
    void (*change)(Token& token, Time now);
    LiveTokens expected;
  } cases[] = {
      {"expires in a week", [](Token&, Time) {}, {1, 0}},
      {"expires tomorrow", [](Token& token, Time time) { token.expires_at = time + seconds{86'400}; }, {2, 1}},
      {"expires a second later", [](Token& token, Time time) { token.expires_at = time + seconds{86'401}; }, {3, 1}},
      {"expires now", [](Token& token, Time time) { token.expires_at = time; }, {3, 1}},
      {"expires in a second", [](Token& token, Time time) { token.expires_at = time + seconds{1}; }, {4, 2}},
      {"has no grace", [](Token& token, Time) { token.rules.grace = seconds{0}; }, {5, 2}},
      {"revoked", [](Token& token, Time time) { token.revoked_at = time; }, {5, 2}},
      {"used up", [](Token& token, Time) { token.uses = token.max_uses; }, {5, 2}},
      {"without a limit", [](Token& token, Time) { token.max_uses = token.uses = 0; }, {6, 2}},
      {"over and cleaned",
       [](Token& token, Time time) {
         token.expires_at = time - seconds{1000};
         token.cleaned_at = time - seconds{5};
       },
       {6, 2}},
  };
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Token token = sample_token(++number);
    token.expires_at = now + seconds{7L * 86'400};
    c.change(token, now);
    ASSERT_TRUE(tokens_.add(token));
    EXPECT_EQ(overview_.live_tokens(now, tomorrow), c.expected);
  }
}

TEST_P(OverviewContract, OfALockThatNobodyExaminedNothingIsTold) {
  EXPECT_EQ(overview_.lock(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(On, OverviewContract, testing::ValuesIn(place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

TEST(LockNote, TheLatestExaminationIsKept) {
  sql::prepare_driver();
  const TemporaryFolder folder;
  for (const std::string& url : {"sqlite:" + (folder / "notes.db").string(), MariaDb::shared().fresh_schema("lock_note")}) {
    SCOPED_TRACE(url);
    const auto database = open_store(url);
    sql::migrate(*database);
    EXPECT_EQ(sql::noted_lock(*database), std::nullopt);
    Time at = from_unix(1'800'000'000);
    for (const LockState state : {LockState::leak, LockState::locked, LockState::locked, LockState::unverified}) {
      const LockExamination examination{.state = state, .at = at += seconds{1}};
      sql::note_lock(*database, examination);
      EXPECT_EQ(sql::noted_lock(*database), examination);
    }
  }
}

}  // namespace
}  // namespace claimcheck
