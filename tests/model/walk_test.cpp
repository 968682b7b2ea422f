#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/model/world.h"
#include "tests/support/effort.h"

namespace claimcheck {
namespace {

using model::World;

constexpr std::uint64_t mib = 1024ULL * 1024;

/// Clients, workers and the clock do what chance says, with files of any size.
class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_(seed), world_(make_world()) {}

  /// @return what it was, in words
  std::string step() {
    const int worker = static_cast<int>(pick(World::workers));
    switch (pick(14)) {
      case 0:
      case 1:
        return note("asks for all", world_.request(worker, {{0, world_.size()}}, name()));
      case 2:
      case 3:
        return note("asks for a part", world_.request(worker, {part()}, name()));
      case 4:
        return note("asks for several parts", world_.request(worker, parts(), name()));
      case 5:
        return note("is left in doubt", world_.request_in_doubt(worker, {part()}, name()));
      case 6:
        return pick(4) == 0
                   ? note("presses the button", world_.press_button())
                   : note("is handed to the web server", pick(3) == 0 && world_.request(0, {part()}, name(), Means::hand_off));
      case 7:
        return note("is looked up", !world_.doubts().empty() && world_.resolve(pick(world_.doubts().size())));
      case 8:
        return note("ends", !world_.live().empty() && world_.end(pick(world_.live().size())));
      case 9:
        return note("the worker dies", pick(4) == 0 && world_.crash(worker));
      case 10:
        return note("the cron", world_.settle_by_cron()) +
               note(", the log tells", world_.correct_oldest(pick(world_.size() + 1)));
      case 11: {
        const std::int64_t choices[] = {1, 4, 14, 15, 30, 56, 300, 601, -20};
        return note("time passes", world_.pass(seconds{choices[pick(std::size(choices))]}));
      }
      default:
        if (world_.live().empty()) return "nothing";
        const std::size_t live = pick(world_.live().size());
        return pick(3) == 0 ? note("tells", world_.tell(live))
                            : note("sends", world_.send(live, pick(3) == 0 ? world_.size() : 1 + pick(world_.size() / 3)));
    }
  }

  const World& world() const { return world_; }
  std::uint64_t made() const { return made_; }

 private:
  World make_world() {
    const std::uint64_t sizes[] = {1, 1000, mib, 9 * mib, 700 * mib, 50 * 1024 * mib};
    const double budgets[] = {0.0, 0.5, 1.0, 3.0};
    const std::uint64_t size = sizes[pick(std::size(sizes))] + pick(1000);
    return {size, static_cast<std::int64_t>(1 + pick(3)), budgets[pick(std::size(budgets))],
            seconds{pick(2) == 0 ? 1'000'000 : 2'000}};
  }

  std::uint64_t pick(std::uint64_t below) { return std::uniform_int_distribution<std::uint64_t>{0, below - 1}(random_); }

  Range part() {
    const std::uint64_t first = pick(3) == 0 ? 0 : pick(world_.size());
    return {.first = first, .length = 1 + pick(world_.size() - first)};
  }

  /// Two that do not overlap, in any order, as choose_range() gives them.
  std::vector<Range> parts() {
    const std::uint64_t middle = world_.size() / 2;
    if (middle == 0) return {part()};
    const std::uint64_t first = pick(middle), second = middle + pick(world_.size() - middle);
    const Range low{.first = first, .length = 1 + pick(middle - first)};
    const Range high{.first = second, .length = 1 + pick(world_.size() - second)};
    return pick(2) == 0 ? std::vector{low, high} : std::vector{high, low};
  }

  std::string name() {
    const auto& claims = world_.token().claims;
    return claims.empty() || pick(2) == 0 ? std::string{} : claims[pick(claims.size())].id;
  }

  std::string note(const std::string& what, bool done) {
    made_ += done ? 1 : 0;
    return done ? what : "nothing";
  }

  std::mt19937 random_;
  World world_;
  std::uint64_t made_ = 0;
};

TEST(RandomWalk, OfLargeFilesBreaksNoRule) {
  const int walks = test::rounds_of(30'000, 1'000'000);
  constexpr int steps = 200;
  std::uint64_t made = 0, uses = 0, refusals = 0;
  for (std::uint32_t seed = 1; seed <= static_cast<std::uint32_t>(walks); ++seed) {
    Walk walk{seed};
    std::string told;
    for (int i = 0; i < steps; ++i) {
      told += walk.step() + "\n";
      refusals += walk.world().refused_last() ? 1 : 0;
      ASSERT_EQ(walk.world().violation().value_or(""), "") << "seed " << seed << ", after:\n" << told;
    }
    made += walk.made();
    uses += static_cast<std::uint64_t>(walk.world().token().uses);
  }
  fmt::print("{} walks of {} steps ({} of them did something), {} uses, 0 violations\n", walks, steps, made, uses);
  EXPECT_GT(made, static_cast<std::uint64_t>(walks) * steps / 4);
  EXPECT_GT(refusals, static_cast<std::uint64_t>(walks));
}

}  // namespace
}  // namespace claimcheck
