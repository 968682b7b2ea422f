#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "tests/model/world.h"
#include "tests/support/effort.h"

namespace claimcheck {
namespace {

using model::World;

constexpr std::uint64_t unit = World::unit;

/// How a client goes on after its line broke.
enum class Habit {
  resumes,                    ///< with what it lacks: curl -C -, wget -c, a browser
  starts_again_by_the_claim,  ///< from zero, on the claim's address: a browser whose download cannot be resumed
};

/// One client that wants the file and nothing else, and what happens to it.
struct Client {
  World world;
  Habit habit;
  std::uint64_t received = 0;
  std::string connection;  ///< the delivery it reads from; empty if it has none
  std::string claim;       ///< from the claim's address; empty if it has only the link

  std::string key() const {
    std::string text = world.key() + fmt::format("#{}", received);
    for (std::size_t i = 0; i < world.live().size(); ++i)
      if (world.live()[i].id == connection) text += fmt::format("@{}:{}", world.live()[i].worker, world.live()[i].sent);
    return text;
  }

  std::optional<std::size_t> line() const {
    for (std::size_t i = 0; i < world.live().size(); ++i)
      if (world.live()[i].id == connection) return i;
    return std::nullopt;
  }

  void lose_line() {
    connection.clear();
    if (habit == Habit::starts_again_by_the_claim) received = 0;
  }

  bool request(int worker) {
    if (line()) return false;
    if (!connection.empty()) lose_line();  // its worker died
    const std::int64_t uses = world.token().uses;
    World next = world;
    if (!next.request(worker, {{received, world.size() - received}}, claim)) return false;
    // Who begins beside a download that moves makes another one while uses are left. This client waits until its own line is
    // known to be dead.
    if (uses > 0 && next.token().uses > uses) return false;
    world = std::move(next);
    connection = world.live().back().id;
    return true;
  }

  bool receive() {
    const auto at = line();
    if (!at || !world.send(*at)) return false;
    received = std::min(world.size(), received + unit);
    return true;
  }

  /// What the worker sends now stays in a buffer, and the line is broken.
  bool lose() {
    const auto at = line();
    if (!at || !world.send(*at)) return false;
    lose_line();
    return true;
  }

  bool lose_everything_quietly() {
    if (!line()) return false;
    lose_line();
    return true;
  }

  /// From here on nothing goes wrong any more. @return why it does not get the file after all
  std::optional<std::string> finish() {
    if (received == world.size()) return std::nullopt;
    while (!world.live().empty()) world.end(0);  // whatever is left of its lines is noticed
    world.pass(seconds{60});
    world.settle_by_cron();
    lose_line();
    if (!request(0)) return "it is refused";
    while (receive()) {
    }
    const auto at = line();
    if (received < world.size() || !at) return "it does not get everything";
    world.end(*at);
    if (world.token().uses != 1) return fmt::format("it costs {} uses", world.token().uses);
    return world.violation();
  }
};

struct Step {
  std::string name;
  std::function<bool(Client&)> make;
};

std::vector<Step> steps(const Client& client) {
  std::vector<Step> all{{"asks worker 0", [](Client& next) { return next.request(0); }},
                        {"asks worker 1", [](Client& next) { return next.request(1); }},
                        {"receives", [](Client& next) { return next.receive(); }},
                        {"loses what was sent, and its line", [](Client& next) { return next.lose(); }},
                        {"loses its line", [](Client& next) { return next.lose_everything_quietly(); }},
                        {"worker 0 dies", [](Client& next) { return next.world.crash(0); }},
                        {"worker 1 dies", [](Client& next) { return next.world.crash(1); }},
                        {"5 s pass", [](Client& next) { return next.world.pass(seconds{5}); }},
                        {"15 s pass", [](Client& next) { return next.world.pass(seconds{15}); }},
                        {"56 s pass", [](Client& next) { return next.world.pass(seconds{56}); }},
                        {"the cron", [](Client& next) { return next.world.settle_by_cron(); }}};
  for (std::size_t i = 0; i < client.world.live().size(); ++i) {
    all.push_back({fmt::format("delivery {} tells", i), [=](Client& next) { return next.world.tell(i); }});
    all.push_back({fmt::format("the end of delivery {} is noticed", i), [=](Client& next) {
                     if (next.world.live()[i].id == next.connection && next.received < next.world.size()) return false;
                     return next.world.end(i);
                   }});
  }
  return all;
}

struct Plan {
  const char* name;
  Habit habit;
  std::int64_t max_uses;

  friend std::ostream& operator<<(std::ostream& out, const Plan& plan) { return out << plan.name; }
};

class HonestClient : public testing::TestWithParam<Plan> {};

TEST_P(HonestClient, AlwaysFinishesOnOneUseWhileItsRepeatsAreWithinTheBudget) {
  const int depth = test::rounds_of(10, 13);
  Client first{.world = World{3 * unit, GetParam().max_uses, 1.0, seconds{1'000'000'000}}, .habit = GetParam().habit};
  if (first.habit == Habit::starts_again_by_the_claim) {
    first.world.press_button();
    first.claim = first.world.first_claim();
  }
  const std::hash<std::string> hash;
  std::unordered_set<std::size_t> seen;
  std::vector<std::pair<Client, std::string>> states{{first, ""}};
  std::size_t count = 1, finished = 0, spent = 0;
  for (int level = 0; level < depth; ++level) {
    std::vector<std::pair<Client, std::string>> next;
    for (const auto& [client, story] : states) {
      for (const Step& step : steps(client)) {
        Client after = client;
        if (!step.make(after)) continue;
        const std::string told = story + step.name + "\n";
        ASSERT_EQ(after.world.violation().value_or(""), "") << "after:\n" << told;
        if (!seen.insert(hash(after.key())).second) continue;
        const std::uint64_t lacks = after.habit == Habit::resumes ? after.world.size() - after.received : after.world.size();
        if (after.world.out() + lacks <= budget(after.world.size(), after.world.token().rules)) {
          Client end = after;
          ASSERT_EQ(end.finish().value_or(""), "") << "after:\n" << told;
          ++finished;
        } else {
          ++spent;
        }
        next.emplace_back(std::move(after), told);
      }
    }
    count += next.size();
    states = std::move(next);
  }
  fmt::print(
      "{}: all {} states within {} steps: finishes from each of the {} where the budget suffices ({} where it is spent)\n",
      GetParam().name, count, depth, finished, spent);
  EXPECT_GT(finished, 1000U);
}

INSTANTIATE_TEST_SUITE_P(That, HonestClient,
                         testing::Values(Plan{"Resumes", Habit::resumes, 1}, Plan{"ResumesOneOfTwoUses", Habit::resumes, 2},
                                         Plan{"StartsAgainByItsClaim", Habit::starts_again_by_the_claim, 1}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

}  // namespace
}  // namespace claimcheck
