#include "admin/lock_state.h"

#include <gtest/gtest.h>

namespace claimcheck::admin {
namespace {

using htaccess::Finding;
using htaccess::State;

TEST(LockState, TheWorstThatIsKnownOfAnyFolderIsTold) {
  const Finding locked{.check = "lock", .state = State::ok}, unknown{.check = "lock", .state = State::unverified},
      open{.check = "lock", .state = State::leak}, nested{.check = "lock.nested", .state = State::leak},
      listing{.check = "lock.listing", .state = State::fault}, delivery{.check = "delivery", .state = State::unverified},
      database{.check = "database", .state = State::fault};
  const struct {
    const char* name;
    htaccess::Findings findings;
    LockState expected;
  } cases[] = {
      {"locked", {locked, locked}, LockState::locked},
      {"no folder at all", {database}, LockState::locked},
      {"a folder that cannot be asked", {locked, unknown}, LockState::unverified},
      {"an open folder", {locked, unknown, open}, LockState::leak},
      {"an open folder deeper inside", {locked, nested}, LockState::leak},
      {"something else is ill", {locked, listing, delivery, database}, LockState::locked},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(lock_state_of(c.findings), c.expected);
  }
}

TEST(LockState, IsReadFromTheWordThatItIsWrittenAs) {
  for (const LockState state : {LockState::locked, LockState::leak, LockState::unverified})
    EXPECT_EQ(parse_lock_state(to_string(state)), state);
  EXPECT_EQ(parse_lock_state("leak"), std::nullopt);
}

}  // namespace
}  // namespace claimcheck::admin
