#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/effort.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/galera.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

struct Token {
  std::string id, path;
  int uses = 0;          ///< max_uses
  int complete = 0;      ///< bodies that came whole
  int unavailable = 0;   ///< 503
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
    const std::string content(64 * 1024, 'g');
    digest = sha256(content);
    file = site->add_file("prize.zip", content);
  }

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

  void judge(Token& token, const Answer& answer, bool may_be_down) {
    if (answer.status == 200 && answer.complete && answer.sha256 == digest) {
      ++token.complete;
    } else if (answer.status == 503 && may_be_down) {
      ++token.unavailable;
    } else if (answer.status != 409 && answer.status != 410 && token.surprise.empty()) {
      token.surprise = fmt::format("{} with {} bytes: {}", answer.status, answer.received, answer.body.substr(0, 200));
    }
  }

  /// All racers ask for every token in turn, all at once. `meanwhile` runs beside them, with the number of finished requests.
  void race(std::vector<Token>& tokens, std::size_t nodes, const std::function<void(const std::atomic<int>&)>& meanwhile = {}) {
    std::barrier line{racers};
    std::mutex mutex;
    std::atomic<int> finished = 0;
    std::vector<std::jthread> threads;
    for (int racer = 0; racer < racers; ++racer)
      threads.emplace_back([&, racer] {
        for (Token& token : tokens) {
          line.arrive_and_wait();
          Answer answer;
          try {
            answer = call(addresses[static_cast<std::size_t>(racer) % nodes], cgi_variables({.target = token.path}));
          } catch (const std::exception& error) {
            answer.body = error.what();
          }
          const std::lock_guard guard{mutex};
          judge(token, answer, meanwhile != nullptr);
          ++finished;
        }
      });
    if (meanwhile) meanwhile(finished);
  }

  std::vector<Token> issue_many(int count) {
    std::vector<Token> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(issue(i % 5 == 4 ? 2 : 1));
    return tokens;
  }

  int uses_on(std::size_t node, const Token& token) {
    return std::stoi(cluster.statement(node, "SELECT uses FROM race.wp_claimcheck_tokens WHERE id = '" + token.id + "'"));
  }

  static constexpr int racers = 300;
  const int rounds = rounds_of(15, 50);
  GaleraCluster cluster;
  std::unique_ptr<Site> site = [this] {
    cluster.fresh_schema("race");
    return std::make_unique<Site>(cluster.url(0, "race"));
  }();
  std::vector<std::unique_ptr<Process>> workers;
  std::vector<std::string> addresses;
  std::string key, digest, file;
};

TEST_F(GaleraRace, NoTokenIsUsedMoreOftenThanItMayBeAlsoWhenANodeDies) {
  std::vector<Token> healthy = issue_many(rounds);
  race(healthy, GaleraCluster::size);
  int complete = 0;
  for (const Token& token : healthy) {
    EXPECT_EQ(token.complete, token.uses);
    EXPECT_EQ(token.surprise, "");
    for (std::size_t node = 0; node < GaleraCluster::size; ++node) EXPECT_EQ(uses_on(node, token), token.uses);
    complete += token.complete;
  }
  fmt::print("three nodes: {} rounds of {} racers, {} complete bodies, never more than max_uses\n", rounds, racers, complete);

  std::vector<Token> shaken = issue_many(rounds);
  race(shaken, GaleraCluster::size, [&](const std::atomic<int>& finished) {
    wait_until("half the race is run", [&] { return finished > racers * rounds / 2; }, std::chrono::seconds{60});
    cluster.kill(2);
  });
  int unavailable = 0;
  complete = 0;
  for (const Token& token : shaken) {
    EXPECT_LE(token.complete, token.uses);
    EXPECT_EQ(token.surprise, "");
    const int uses = uses_on(0, token);
    EXPECT_EQ(uses_on(1, token), uses);
    EXPECT_LE(uses, token.uses);
    EXPECT_GE(uses, token.complete) << "what was acknowledged is not lost";
    complete += token.complete;
    unavailable += token.unavailable;
  }
  EXPECT_GT(unavailable, 0) << "the dead node's worker cannot have gone on";
  fmt::print("one of them killed: {} rounds, {} complete bodies, {} answers of 503, never more than max_uses\n", rounds,
             complete, unavailable);

  std::vector<Token> survived = issue_many(rounds);
  race(survived, 2);
  complete = 0;
  for (const Token& token : survived) {
    EXPECT_EQ(token.complete, token.uses) << "service goes on";
    EXPECT_EQ(token.surprise, "");
    EXPECT_EQ(uses_on(1, token), token.uses);
    complete += token.complete;
  }
  fmt::print("the two that are left: {} rounds, {} complete bodies\n", rounds, complete);
}

}  // namespace
}  // namespace claimcheck
