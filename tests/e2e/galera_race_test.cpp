#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/support/effort.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/galera.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr int racers = 300;
constexpr std::size_t mortal = 2;  ///< the node that is killed
constexpr std::array<std::size_t, 2> survivors{0, 1};

struct Token {
  std::string id, path;
  int uses = 0;          ///< max_uses
  int complete = 0;      ///< bodies that came whole
  int left_alone = 0;    ///< answers of 503 from the worker of the dead node
  int stalled = 0;       ///< answers of 503 from the others
  std::string surprise;  ///< the first answer that should not be
};

/// Three nodes with a worker each; racers are spread over the workers.
class GaleraRace : public testing::Test {
 protected:
  void SetUp() override {
    for (std::size_t node = 0; node < GaleraCluster::size; ++node) {
      const std::string name = fmt::format("node{}", node);
      workers.push_back(site->start_worker(name, 8, cluster.url(node, "race")));
      addresses.push_back(site->socket_address(name));
    }
    key = site->ask({"key", "add", "races", "--scope", "issue"}).at("key");
    const std::string content = noise(64 * 1024);
    digest = sha256(content);
    file = site->add_file("prize.zip", content);
  }

  Answer ask(std::size_t node, const std::string& path) { return call(addresses[node], cgi_variables({.target = path})); }

  Token issue(int uses) {
    const std::string body = nlohmann::json{{"file", file}, {"max_uses", uses}}.dump();
    const HttpRequest request{.method = "POST",
                              .target = "/dl/v1/tokens",
                              .headers = {{"Authorization", "Bearer " + key}, {"Content-Type", "application/json"}},
                              .body = body};
    const Answer answer = call(addresses.front(), cgi_variables(request), body);
    const auto issued = nlohmann::json::parse(answer.body);
    return {.id = issued.at("id"), .path = "/dl/" + issued.at("secret").get<std::string>(), .uses = uses};
  }

  std::vector<Token> issue_many(int count) {
    std::vector<Token> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(issue(i % 5 == 4 ? 2 : 1));
    return tokens;
  }

  bool is_whole(const Answer& answer) const { return answer.status == 200 && answer.complete && answer.sha256 == digest; }

  /// Notes what a racer got. @return whether he may try again: the store could not answer, and for a reason
  bool judge(Token& token, std::size_t node, const Answer& answer) {
    const std::lock_guard guard{mutex};
    ++answered;
    if (answer.status == 503 && killed) {
      ++(node == mortal ? token.left_alone : token.stalled);
      return true;
    }
    if (is_whole(answer)) {
      ++token.complete;
    } else if (answer.status != 409 && answer.status != 410 && token.surprise.empty()) {
      token.surprise = fmt::format("{} with {} bytes from {}: {}", answer.status, answer.received, node, answer.body);
    }
    return false;
  }

  /// Asks until there is an answer that decides; whoever meets the dead node goes to another, as a web server's pool would.
  void download(int racer, std::size_t nodes, Token& token) {
    std::size_t node = static_cast<std::size_t>(racer) % nodes;
    Answer answer;
    const auto asked = [&] {
      try {
        answer = ask(node, token.path);
      } catch (const std::exception& error) {
        answer = {.body = error.what()};
      }
      if (!judge(token, node, answer)) return true;
      if (node == mortal) node = survivors[static_cast<std::size_t>(racer) / nodes % survivors.size()];
      return false;
    };
    wait_until("the store answers", asked, std::chrono::seconds{120});
  }

  /// The racers form teams; each team asks for tokens of its own in turn, all its members at once. `meanwhile` runs beside
  /// them.
  void race(std::vector<Token>& tokens, int teams, std::size_t nodes, const std::function<void()>& meanwhile = [] {}) {
    answered = 0;
    std::deque<std::barrier<>> lines;
    for (int team = 0; team < teams; ++team) lines.emplace_back(racers / teams);
    std::vector<std::jthread> threads;
    for (int racer = 0; racer < racers; ++racer)
      threads.emplace_back([&, racer] {
        const auto team = static_cast<std::size_t>(racer * teams / racers);
        for (std::size_t i = team; i < tokens.size(); i += lines.size()) {
          lines[team].arrive_and_wait();
          try {
            download(racer, nodes, tokens[i]);
          } catch (const std::exception& error) {
            const std::lock_guard guard{mutex};
            tokens[i].surprise = error.what();
          }
        }
      });
    meanwhile();
  }

  /// What one node has counted, by token.
  std::map<std::string, int> uses_on(std::size_t node) {
    std::map<std::string, int> uses;
    std::istringstream rows{cluster.statement(node, "SELECT id, uses FROM race.wp_claimcheck_tokens")};
    for (std::string id, count; rows >> id >> count;) uses[id] = std::stoi(count);
    return uses;
  }

  /// Every token gave as many complete bodies as it has uses, and these nodes know it. @return how many that are
  int expect_exactly_all_uses(const std::vector<Token>& tokens, std::size_t nodes) {
    int complete = 0;
    for (const Token& token : tokens) {
      EXPECT_EQ(token.complete, token.uses);
      EXPECT_EQ(token.surprise, "");
      complete += token.complete;
    }
    for (std::size_t node = 0; node < nodes; ++node) {
      const auto uses = uses_on(node);
      for (const Token& token : tokens) EXPECT_EQ(uses.at(token.id), token.uses) << "node " << node;
    }
    return complete;
  }

  /// A race in which a node is killed after so many answers: nothing is granted twice, and nothing is taken.
  void race_while_a_node_dies(int rounds, int teams, int answers) {
    std::vector<Token> tokens = issue_many(rounds * teams);
    race(tokens, teams, GaleraCluster::size, [&] {
      wait_until("it is time to kill", [&] { return answered > answers; }, std::chrono::minutes{5});
      killed = true;
      cluster.kill(mortal);
    });
    int complete = 0, left_alone = 0, stalled = 0, unfinished = 0;
    cluster.gather();
    const auto uses = uses_on(survivors[0]);
    EXPECT_EQ(uses_on(survivors[1]), uses);
    for (Token& token : tokens) {
      EXPECT_LE(token.complete, token.uses);
      EXPECT_EQ(uses.at(token.id), token.uses) << "everybody was answered, and the last by the rules";
      EXPECT_EQ(token.surprise, "");
      complete += token.complete;
      left_alone += token.left_alone;
      stalled += token.stalled;
      // Who was admitted by the dead node at its last moment, and not told, gets the file on the same use.
      for (; token.complete < token.uses; ++token.complete, ++unfinished)
        wait_until(
            "a lost download is not in the way any more", [&] { return is_whole(ask(survivors[0], token.path)); },
            std::chrono::seconds{60});
    }
    EXPECT_EQ(uses_on(survivors[0]), uses);
    EXPECT_GT(left_alone, 0) << "the dead node's worker cannot have gone on";
    fmt::print(
        "a node killed: {} tokens, {} racers for each, {} complete bodies, {} finished later, 503 from its worker {}, from "
        "others {}\n",
        tokens.size(), racers / teams, complete, unfinished, left_alone, stalled);
  }

  GaleraCluster cluster;
  std::unique_ptr<Site> site = [this] {
    cluster.fresh_schema("race");
    return std::make_unique<Site>(cluster.url(0, "race"));
  }();
  std::vector<std::unique_ptr<Process>> workers;
  std::vector<std::string> addresses;
  std::string key, digest, file;
  std::mutex mutex;
  std::atomic<bool> killed = false;
  std::atomic<int> answered = 0;
};

TEST_F(GaleraRace, NoTokenIsUsedMoreOftenThanItMayBeAlsoWhenANodeDies) {
  const int rounds = rounds_of(6, 50), kills = rounds_of(2, 10);
  std::vector<Token> healthy = issue_many(rounds);
  race(healthy, 1, GaleraCluster::size);
  int complete = expect_exactly_all_uses(healthy, GaleraCluster::size);
  fmt::print("three nodes: {} rounds of {} racers, {} complete bodies\n", rounds, racers, complete);

  for (int kill = 0; kill < kills; ++kill) {
    SCOPED_TRACE(fmt::format("kill {}", kill));
    if (killed) {
      cluster.start(mortal);
      wait_until(
          "its worker finds it again", [&] { return ask(mortal, "/dl/readyz").status == 200; }, std::chrono::seconds{60});
      killed = false;
    }
    // In turns: everybody after one token, and a hundred tokens at once, so that the node dies in the midst of many writes.
    const int teams = kill % 2 == 0 ? 1 : racers / 3;
    race_while_a_node_dies(rounds, teams, racers * (rounds / 2) + racers * kill / kills);  // early in a round, or later
    std::vector<Token> survived = issue_many(rounds);
    race(survived, 1, survivors.size());
    complete = expect_exactly_all_uses(survived, survivors.size());
    fmt::print("the two that are left: {} rounds, {} complete bodies\n", rounds, complete);
    if (HasFailure()) FAIL() << site->log().substr(0, 4000);
  }
}

}  // namespace
}  // namespace claimcheck
