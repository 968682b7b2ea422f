#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/support/effort.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr int worker_count = 4, client_count = 16;
constexpr std::size_t small_size = 256 << 10, large_size = 12 << 20;

/// A token, and what clients were told about it.
struct Token {
  std::string id, path, digest;
  int max_uses = 1;
  std::size_t size = 0;
  std::atomic<int> complete = 0;  ///< whole bodies that were acknowledged
};

class DatabaseCrash : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < worker_count; ++i) {
      workers.push_back(site->start_worker(fmt::format("worker{}", i)));
      addresses.push_back(site->socket_address(fmt::format("worker{}", i)));
    }
    key = site->ask({"key", "add", "load", "--scope", "issue"}).at("key");
    for (const std::size_t size : {small_size, large_size}) {
      const std::string content = noise(size);
      digests[size] = sha256(content);
      files[size] = site->add_file(fmt::format("{}.bin", size), content);
    }
  }

  void issue(std::size_t size, int max_uses) {
    const std::string body = nlohmann::json{{"file", files[size]}, {"max_uses", max_uses}}.dump();
    const HttpRequest request{.method = "POST",
                              .target = "/dl/v1/tokens",
                              .headers = {{"Authorization", "Bearer " + key}, {"Content-Type", "application/json"}},
                              .body = body};
    Answer answer;
    wait_until("a link is issued", [&] { return (answer = call(addresses[0], cgi_variables(request), body)).status == 201; });
    const auto issued = nlohmann::json::parse(answer.body);
    auto token = std::make_unique<Token>();
    token->id = issued.at("id");
    token->path = "/dl/" + issued.at("secret").get<std::string>();
    token->digest = digests[size];
    token->max_uses = max_uses;
    token->size = size;
    tokens.push_back(std::move(token));
  }

  /// Downloads tokens from `from` on, one after the other, as long as `go_on`.
  void load(std::size_t from, int client, const std::atomic<bool>& go_on) {
    std::minstd_rand random{static_cast<unsigned>(client) + 1};
    while (go_on) {
      Token& token = *tokens[from + random() % (tokens.size() - from)];
      const Answer answer = call(addresses[random() % worker_count], cgi_variables({.target = token.path}));
      ++statuses[static_cast<std::size_t>(answer.status) % statuses.size()];
      ++asked;
      if (answer.status == 200 && answer.complete && answer.sha256 == token.digest) ++token.complete;
    }
  }

  std::map<std::string, nlohmann::json> rows() {
    std::map<std::string, nlohmann::json> found;
    std::istringstream lines{server.statement("SELECT id, uses, claims FROM load_test.wp_claimcheck_tokens")};
    for (std::string line; std::getline(lines, line);) {
      const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
      found[line.substr(0, first)] = {{"uses", std::stoi(line.substr(first + 1))},
                                      {"claims", nlohmann::json::parse(line.substr(second + 1))}};
    }
    return found;
  }

  MariaDb server;
  std::unique_ptr<Site> site = std::make_unique<Site>(server.fresh_schema("load_test"));
  std::vector<std::unique_ptr<Process>> workers;
  std::vector<std::string> addresses;
  std::vector<std::unique_ptr<Token>> tokens;
  std::map<std::size_t, std::string> files, digests;
  std::string key;
  std::array<std::atomic<int>, 600> statuses{};
  std::atomic<int> asked = 0;
};

TEST_F(DatabaseCrash, NoUseIsGrantedTwiceAndNoAcknowledgedOneIsLost) {
  const int kills = rounds_of(5, 50);
  for (int round = 0; round < kills; ++round) {
    const std::size_t from = tokens.size();
    for (int i = 0; i < 16; ++i) issue(small_size, 1);
    for (int i = 0; i < 8; ++i) issue(small_size, 3);
    for (int i = 0; i < 4; ++i) issue(large_size, 1);
    std::atomic<bool> go_on = true;
    std::vector<std::jthread> clients;
    for (int client = 0; client < client_count; ++client)
      clients.emplace_back([&, client] { load(from, round * client_count + client, go_on); });
    const int begun = asked;
    wait_until("the load is under way", [&] { return asked > begun + 3 * (round % 10); });
    server.kill();
    server.start();
    const int back = asked;
    wait_until("the load goes on", [&] { return asked > back + 50; });
    go_on = false;
  }

  std::map<std::string, nlohmann::json> state;
  const auto last_kill = std::chrono::steady_clock::now();
  auto last_cron = last_kill - std::chrono::seconds{1};
  wait_until(
      "every delivery is final",
      [&] {
        if (std::chrono::steady_clock::now() - last_cron < std::chrono::seconds{1}) return false;
        last_cron = std::chrono::steady_clock::now();
        EXPECT_EQ(site->cron().status, 0);
        state = rows();
        return std::ranges::all_of(state, [](const auto& row) {
          return std::ranges::all_of(row.second.at("claims"), [](const auto& claim) { return claim.at("active").empty(); });
        });
      },
      std::chrono::seconds{70});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - last_kill;
  EXPECT_LE(taken.count(), 60.0);

  int complete = 0, uses = 0, resumed = 0;
  for (const auto& token : tokens) {
    SCOPED_TRACE(token->id);
    const int used = state.at(token->id).at("uses");
    EXPECT_LE(used, token->max_uses);
    EXPECT_LE(token->complete, used) << "a use was granted twice, or an acknowledged one was lost";
    complete += token->complete;
    uses += used;
    for (const auto& claim : state.at(token->id).at("claims")) {
      if (!claim.at("completed").is_null()) continue;
      const Answer again = call(addresses[0], cgi_variables({.target = token->path}));
      EXPECT_EQ(again.status, 200) << again.body;
      EXPECT_EQ(again.sha256, token->digest);
      ++resumed;
    }
    if (HasFailure()) break;
  }
  for (const auto& [id, row] : rows())
    EXPECT_EQ(row.at("uses"), state.at(id).at("uses")) << "an interrupted download goes on on its use";
  std::string seen;
  for (std::size_t status = 0; status < statuses.size(); ++status) {
    if (statuses[status] == 0) continue;
    seen += fmt::format(" {}x{}", status, statuses[status].load());
    EXPECT_TRUE(status == 200 || status == 409 || status == 410 || status == 503) << status;
  }
  fmt::print(
      "{} kills, {} requests ({} ), {} tokens, {} uses, {} complete bodies, final after {:.0f} s, {} finished afterwards\n",
      kills, asked.load(), seen, tokens.size(), uses, complete, taken.count(), resumed);
}

}  // namespace
}  // namespace claimcheck
