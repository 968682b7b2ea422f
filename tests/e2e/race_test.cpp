#include <fmt/format.h>
#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"
#include "tests/support/mariadb.h"
#include "tests/support/nginx.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr int racers = 200, rounds = 20, worker_count = 4;

struct Race {
  const char* name;
  bool on_mariadb;
  bool through_nginx;
};

std::string noise(std::size_t size) {
  std::mt19937 random{20261121};
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// Four workers of one site, and a web server that shares its requests out among them.
class SingleUseRace : public testing::TestWithParam<Race> {
 protected:
  static std::string store_url() { return GetParam().on_mariadb ? MariaDb::shared().fresh_schema("race") : ""; }

  void SetUp() override {
    for (int i = 0; i < worker_count; ++i) {
      const std::string name = fmt::format("worker{}", i);
      workers.push_back(site.start_worker(name));
      addresses.push_back(site.socket_address(name));
    }
    if (GetParam().through_nginx) nginx = start_nginx(site, addresses);
  }

  Answer download(int racer, const std::string& path) {
    const HttpRequest request{.target = path};
    if (nginx) return fetch(site.port(), request);
    return call(addresses[static_cast<std::size_t>(racer % worker_count)], cgi_variables(request));
  }

  /// All racers at once; an entry per racer, in no order of arrival.
  std::vector<Answer> race(const std::string& path) {
    std::vector<Answer> answers(racers);
    std::barrier line{racers};
    std::vector<std::jthread> threads;
    for (int racer = 0; racer < racers; ++racer) {
      threads.emplace_back([&, racer] {
        line.arrive_and_wait();
        Answer& answer = answers[static_cast<std::size_t>(racer)];
        try {
          answer = download(racer, path);
        } catch (const std::exception& error) {
          answer.body = error.what();  // status 0: counted as a failure below
        }
      });
    }
    threads.clear();
    return answers;
  }

  Site site{store_url()};
  std::vector<std::unique_ptr<Process>> workers;
  std::vector<std::string> addresses;
  std::unique_ptr<FrontEnd> nginx;
};

TEST_P(SingleUseRace, ExactlyOneOfTwoHundredGetsTheFile) {
  const std::string content = noise(256 * 1024), digest = sha256(content), file = site.add_file("prize.zip", content);
  const auto begun = std::chrono::steady_clock::now();
  int winners = 0;
  std::map<int, int> refusals;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    const Issued token = site.issue(file);
    int complete = 0;
    for (const Answer& answer : race(token.path)) {
      if (answer.status == 200) {
        EXPECT_TRUE(answer.complete && answer.sha256 == digest) << answer.received << " bytes";
        ++complete;
      } else {
        EXPECT_TRUE(answer.status == 409 || answer.status == 410) << answer.status << ": " << answer.body << site.log();
        ++refusals[answer.status];
      }
      if (HasFailure()) return;
    }
    EXPECT_EQ(complete, 1);
    EXPECT_EQ(site.show(token.id).at("uses"), 1);
    winners += complete;
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  fmt::print("{}: {} rounds of {} racers, {} winners, refusals {} (409) and {} (410), {:.1f} s\n", GetParam().name, rounds,
             racers, winners, refusals[409], refusals[410], taken.count());
}

INSTANTIATE_TEST_SUITE_P(OnEveryStore, SingleUseRace,
                         testing::Values(Race{"SqliteStraightToFourWorkers", false, false},
                                         Race{"SqliteThroughNginx", false, true},
                                         Race{"MariaDbStraightToFourWorkers", true, false},
                                         Race{"MariaDbThroughNginx", true, true}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

}  // namespace
}  // namespace claimcheck
