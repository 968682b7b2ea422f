#include <fmt/format.h>
#include <gtest/gtest.h>

#include <barrier>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"
#include "tests/support/mariadb.h"
#include "tests/support/nginx.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr int worker_count = 4;

struct Race {
  const char* name;
  bool on_mariadb;
  bool through_nginx;
  int racers;
  int rounds;  ///< for each number of uses

  friend std::ostream& operator<<(std::ostream& out, const Race& race) { return out << race.name; }
};

/// What became of all racers of a round.
struct Finish {
  int complete = 0;
  std::map<int, int> refusals;  ///< by status; 0: no answer
  std::string surprise;         ///< the first answer that should not be
};

/// Four workers of one site, perhaps behind a web server that shares its requests out among them, and a thread for every racer.
class UseRace : public testing::TestWithParam<Race> {
 protected:
  static std::string store_url() { return GetParam().on_mariadb ? MariaDb::shared().fresh_schema("race") : ""; }

  void SetUp() override {
    for (int i = 0; i < worker_count; ++i) {
      const std::string name = fmt::format("worker{}", i);
      workers.push_back(site.start_worker(name));
      addresses.push_back(site.socket_address(name));
    }
    if (GetParam().through_nginx) nginx = start_nginx(site, addresses);
    key = site.ask({"key", "add", "races", "--scope", "issue,read"}).at("key");
  }

  nlohmann::json api(const HttpRequest& request) {
    HttpRequest signed_request = request;
    signed_request.headers.emplace_back("Authorization", "Bearer " + key);
    const Answer answer = call(addresses.front(), cgi_variables(signed_request), request.body);
    if (answer.status / 100 != 2) throw std::runtime_error(fmt::format("{} {}", answer.status, answer.body));
    return nlohmann::json::parse(answer.body);
  }

  nlohmann::json issue(const std::string& file, int uses) {
    return api({.method = "POST",
                .target = "/dl/v1/tokens",
                .headers = {{"Content-Type", "application/json"}},
                .body = nlohmann::json{{"file", file}, {"max_uses", uses}}.dump()});
  }

  Answer download(int racer, const std::string& path) {
    const HttpRequest request{.target = path};
    if (nginx) return fetch(site.port(), request);
    return call(addresses[static_cast<std::size_t>(racer % worker_count)], cgi_variables(request));
  }

  void judge(Finish& finish, const Answer& answer) {
    if (answer.status == 200 && answer.complete && answer.sha256 == digest) {
      ++finish.complete;
    } else {
      ++finish.refusals[answer.status];
      if (answer.status != 409 && answer.status != 410 && finish.surprise.empty())
        finish.surprise = fmt::format("{} with {} bytes: {}", answer.status, answer.received, answer.body.substr(0, 200));
    }
  }

  /// Lets all racers ask for each path in turn, all at once.
  std::vector<Finish> race(const std::vector<std::string>& paths) {
    std::vector<Finish> finishes(paths.size());
    std::barrier line{GetParam().racers};
    std::mutex mutex;
    std::vector<std::jthread> racers;
    for (int racer = 0; racer < GetParam().racers; ++racer) {
      racers.emplace_back([&, racer] {
        for (std::size_t round = 0; round < paths.size(); ++round) {
          line.arrive_and_wait();
          Answer answer;
          try {
            answer = download(racer, paths[round]);
          } catch (const std::exception& error) {
            answer.body = error.what();
          }
          const std::lock_guard guard{mutex};
          judge(finishes[round], answer);
        }
      });
    }
    racers.clear();
    return finishes;
  }

  Site site{store_url()};
  std::vector<std::unique_ptr<Process>> workers;
  std::vector<std::string> addresses;
  std::unique_ptr<FrontEnd> nginx;
  std::string key, digest;
};

TEST_P(UseRace, AsManyGetTheFileAsThereAreUses) {
  const std::string content = noise(64 * 1024), file = site.add_file("prize.zip", content);
  digest = sha256(content);
  const int rounds = GetParam().rounds;
  for (const int uses : {1, 2, 5}) {
    std::vector<std::string> ids, paths;
    for (int round = 0; round < rounds; ++round) {
      const nlohmann::json issued = issue(file, uses);
      ids.push_back(issued.at("id"));
      paths.push_back("/dl/" + issued.at("secret").get<std::string>());
    }
    const auto begun = std::chrono::steady_clock::now();
    const std::vector<Finish> finishes = race(paths);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    int complete = 0;
    std::map<int, int> refusals;
    for (int round = 0; round < rounds; ++round) {
      SCOPED_TRACE(fmt::format("{} uses, round {}", uses, round));
      const Finish& finish = finishes[static_cast<std::size_t>(round)];
      EXPECT_EQ(finish.complete, uses);
      EXPECT_EQ(finish.surprise, "");
      const auto shown = api({.target = "/dl/v1/tokens/" + ids[static_cast<std::size_t>(round)]});
      EXPECT_EQ(shown.at("uses"), uses);
      complete += finish.complete;
      for (const auto& [status, count] : finish.refusals) refusals[status] += count;
      if (HasFailure()) break;
    }
    fmt::print("{}, {} uses: {} rounds of {} racers, {} complete bodies, refusals {} (409) and {} (410), {:.1f} s\n",
               GetParam().name, uses, rounds, GetParam().racers, complete, refusals[409], refusals[410], taken.count());
    if (HasFailure()) FAIL() << site.log().substr(0, 4000);
  }
}

INSTANTIATE_TEST_SUITE_P(OnEveryStore, UseRace,
                         testing::Values(Race{"SqliteStraightToFourWorkers", false, false, 1000, 20},
                                         Race{"SqliteThroughNginx", false, true, 200, 10},
                                         Race{"MariaDbStraightToFourWorkers", true, false, 1000, 100},
                                         Race{"MariaDbThroughNginx", true, true, 200, 10}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

}  // namespace
}  // namespace claimcheck
