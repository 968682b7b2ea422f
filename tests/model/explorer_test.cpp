#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <unordered_set>

#include "tests/model/world.h"
#include "tests/support/effort.h"

namespace claimcheck {
namespace {

using model::World;

/// One thing that may happen next, with words for whoever reads how a rule was broken.
struct Move {
  std::string name;
  std::function<bool(World&)> make;
};

constexpr std::uint64_t unit = World::unit;

std::vector<Move> moves(const World& world) {
  std::vector<Move> all;
  const std::uint64_t size = world.size();
  const std::vector<std::vector<Range>> menu{{{0, size}}, {{0, unit}}, {{unit, size - unit}}, {{size - unit, unit}}};
  std::vector<std::string> names{""};
  if (!world.token().claims.empty()) names.push_back(world.first_claim());
  for (const std::string& named : names) {
    const std::string by = named.empty() ? "" : " by name";
    for (const auto& ranges : menu) {
      const std::string what = fmt::format("{}+{}{}", ranges[0].first / unit, ranges[0].length / unit, by);
      for (int worker = 0; worker < World::workers; ++worker)
        all.push_back({fmt::format("worker {} serves {}", worker, what),
                       [=](World& next) { return next.request(worker, ranges, named); }});
    }
    const std::vector<Range> whole{{0, size}};
    all.push_back({"worker 0 serves the whole file" + by + ", decided 15 s ago",
                   [=](World& next) { return next.request(0, whole, named, Means::stream, seconds{15}); }});
    for (int worker = 0; worker < World::workers; ++worker)
      all.push_back({fmt::format("worker {} loses the answer to the whole file{}", worker, by),
                     [=](World& next) { return next.request_in_doubt(worker, whole, named); }});
  }
  all.push_back({"the button", [](World& next) { return next.press_button(); }});
  for (std::size_t i = 0; i < world.doubts().size(); ++i)
    all.push_back({fmt::format("doubt {} is looked up", i), [=](World& next) { return next.resolve(i); }});
  for (std::size_t i = 0; i < world.live().size(); ++i) {
    all.push_back({fmt::format("delivery {} sends", i), [=](World& next) { return next.send(i); }});
    all.push_back({fmt::format("delivery {} sends all", i), [=](World& next) { return next.send(i, next.size()); }});
    all.push_back({fmt::format("delivery {} tells", i), [=](World& next) { return next.tell(i); }});
    all.push_back({fmt::format("delivery {} ends", i), [=](World& next) { return next.end(i); }});
  }
  for (int worker = 0; worker < World::workers; ++worker)
    all.push_back({fmt::format("worker {} dies", worker), [=](World& next) { return next.crash(worker); }});
  for (const int length : {15, 56, 601, -30})
    all.push_back({fmt::format("{} s pass", length), [=](World& next) { return next.pass(seconds{length}); }});
  all.push_back({"the cron", [](World& next) { return next.settle_by_cron(); }});
  return all;
}

/// The same with the web server sending: what arrived is unknown until its log tells.
std::vector<Move> moves_with_hand_off(const World& world) {
  std::vector<Move> all = moves(world);
  const std::vector<Range> whole{{0, world.size()}}, rest{{unit, world.size() - unit}};
  for (const std::string& named : {std::string{}, world.first_claim()})
    for (const auto& ranges : {whole, rest})
      all.push_back({fmt::format("the web server sends {}+{}{}", ranges[0].first / unit, ranges[0].length / unit,
                                 named.empty() ? "" : " by name"),
                     [=](World& next) { return next.request(0, ranges, named, Means::hand_off); }});
  for (const std::uint64_t sent : {std::uint64_t{0}, unit, world.size()})
    all.push_back(
        {fmt::format("its log tells of {} units", sent / unit), [=](World& next) { return next.correct_oldest(sent); }});
  return all;
}

struct Exploration {
  const char* name;
  std::int64_t max_uses;
  double retry_budget;
  seconds ttl;
  std::vector<Move> (*moves)(const World&);
  int depth, long_depth;

  friend std::ostream& operator<<(std::ostream& out, const Exploration& plan) { return out << plan.name; }
};

/// How a state came about: the state of the level before, and the step from there.
struct Origin {
  std::size_t parent;
  std::string step;
};

std::string story(const std::vector<std::vector<Origin>>& origins, std::size_t index) {
  std::string text;
  for (std::size_t level = origins.size(); level-- > 0;) {
    const Origin& origin = origins[level][index];
    text.insert(0, origin.step + "\n");
    index = origin.parent;
  }
  return text;
}

class Explorer : public testing::TestWithParam<Exploration> {};

TEST_P(Explorer, NoReachableStateBreaksARule) {
  const Exploration& plan = GetParam();
  const int depth = test::rounds_of(plan.depth, plan.long_depth);
  const auto begun = std::chrono::steady_clock::now();
  const std::hash<std::string> hash;
  std::unordered_set<std::size_t> seen;
  std::vector<World> worlds{World{3 * unit, plan.max_uses, plan.retry_budget, plan.ttl}};
  std::vector<std::vector<Origin>> origins{{{0, "at first"}}};
  std::size_t states = 1, steps = 0;
  for (int level = 0; level < depth; ++level) {
    std::vector<World> next_worlds;
    std::vector<Origin> next_origins;
    for (std::size_t i = 0; i < worlds.size(); ++i) {
      for (const Move& move : plan.moves(worlds[i])) {
        World world = worlds[i];
        const bool made = move.make(world);
        ++steps;
        if (const auto wrong = world.violation()) {
          origins.push_back({{i, move.name}});
          FAIL() << *wrong << ", after:\n" << story(origins, 0);
        }
        if (!made || !seen.insert(hash(world.key())).second) continue;
        next_worlds.push_back(std::move(world));
        next_origins.push_back({i, move.name});
      }
    }
    states += next_worlds.size();
    worlds = std::move(next_worlds);
    origins.push_back(std::move(next_origins));
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  fmt::print("{}: all {} states within {} steps ({} steps tried), 0 violations, {:.1f} s\n", plan.name, states, depth, steps,
             taken.count());
  EXPECT_GT(states, 1000U);
}

constexpr seconds never{1'000'000'000};

INSTANTIATE_TEST_SUITE_P(Of, Explorer,
                         testing::Values(Exploration{"ASingleUse", 1, 1.0, never, moves, 7, 8},
                                         Exploration{"ATightBudget", 1, 0.0, never, moves, 7, 8},
                                         Exploration{"TwoUses", 2, 1.0, never, moves, 6, 7},
                                         Exploration{"AnExpiringLink", 1, 1.0, seconds{700}, moves, 6, 7},
                                         Exploration{"HandOff", 1, 1.0, never, moves_with_hand_off, 6, 7}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

}  // namespace
}  // namespace claimcheck
