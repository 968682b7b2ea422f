#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/fastcgi_client.h"
#include "tests/support/many_downloads.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr std::size_t crowd_size = 5000;
constexpr std::size_t slow_size = 640'000, quick_size = 64 * 1024;
constexpr int request_threads = 8;
constexpr std::size_t most_memory_kb = 100 * 1024;
constexpr auto longest_answer = 100ms;  // of 95 in a hundred

/// The number behind NAME: in a file of /proc.
std::size_t number_in(const std::string& path, const std::string& name) {
  std::istringstream lines{read_file(path)};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1));
  throw std::runtime_error("no " + name + " in " + path);
}

std::size_t threads_of(const Process& process) {
  return number_in(fmt::format("/proc/{}/status", process.pid()), "Threads");
}

/// Proportional: what is shared with others counts in part.
std::size_t memory_of(const Process& process) {
  return number_in(fmt::format("/proc/{}/smaps_rollup", process.pid()), "Pss");
}

/// Seconds of processor time that a process has used.
double effort_of(const Process& process) {
  const std::string text = read_file(fmt::format("/proc/{}/stat", process.pid()));
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

class Crowd : public testing::Test {
 protected:
  /// The worker is started as systemd would: with a soft limit of 1,024 descriptors, and a hard one that is enough.
  void start_worker() {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 1024;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    worker = site.start_worker("worker", request_threads);
    allow_descriptors(most_descriptors);
  }

  nlohmann::json api(const HttpRequest& request) {
    HttpRequest signed_request = request;
    signed_request.headers.emplace_back("Authorization", "Bearer " + key);
    const Answer answer = call(site.socket_address("worker"), cgi_variables(signed_request), request.body);
    if (answer.status / 100 != 2) throw std::runtime_error(fmt::format("{} {}", answer.status, answer.body));
    return nlohmann::json::parse(answer.body);
  }

  /// So many single-use links to a file. @return their paths
  std::vector<std::string> issue(const std::string& file, const std::string& policy, std::size_t count) {
    std::vector<std::string> paths(count);
    std::atomic<std::size_t> next = 0;
    std::vector<std::future<void>> clerks;
    for (int i = 0; i < request_threads; ++i)
      clerks.push_back(std::async(std::launch::async, [&] {
        for (std::size_t mine = next++; mine < count; mine = next++) {
          const auto issued = api({.method = "POST",
                                   .target = "/dl/v1/tokens",
                                   .headers = {{"Content-Type", "application/json"}},
                                   .body = nlohmann::json{{"file", file}, {"policy", policy}}.dump()});
          paths[mine] = "/dl/" + issued.at("secret").get<std::string>();
        }
      }));
    for (auto& clerk : clerks) clerk.get();
    return paths;
  }

  /// Every token of the site: used once, its one claim complete, nothing active.
  void expect_all_settled(std::size_t expected) {
    std::size_t settled = 0, seen = 0;
    for (std::string next = "/dl/v1/tokens?limit=200"; !next.empty();) {
      const auto page = api({.target = next});
      next = page.at("after").is_null() ? "" : "/dl/v1/tokens?limit=200&after=" + page.at("after").get<std::string>();
      for (const auto& token : page.at("tokens")) {
        ++seen;
        if (token.at("uses") == 1 && token.at("claims").size() == 1 && token.at("claims").at(0).at("active").empty() &&
            !token.at("claims").at(0).at("completed_at").is_null())
          ++settled;
      }
    }
    EXPECT_EQ(settled, expected);
    EXPECT_EQ(seen - settled, unused) << "links that nobody asked for";
  }

  std::size_t recorded(const std::string& outcome) {
    return std::stoul(
        MariaDb::shared().statement("SELECT COUNT(*) FROM crowd.wp_claimcheck_deliveries WHERE outcome = '" + outcome + "'"));
  }

  /// Whoever is told that the database does not answer now comes again: a disk may stand still for longer than the worker
  /// waits. The time that it takes counts.
  FastCgiAnswer fetch_patiently(const std::string& path) const {
    constexpr int visits = 5;
    FastCgiAnswer answer;
    for (int visit = 0; visit < visits; ++visit) {
      answer = call(site.socket_address("worker"), cgi_variables({.target = path}));
      if (answer.status != 503) break;
    }
    return answer;
  }

  /// What the worker's log has that is no information.
  std::string complaints() const {
    std::istringstream log{site.log()};
    std::string found;
    for (std::string line; std::getline(log, line);)
      if (line.find("\"level\":\"info\"") == std::string::npos) found += line + '\n';
    return found;
  }

  static constexpr std::size_t most_descriptors = 2 * crowd_size + 500;
  Site site{MariaDb::shared().fresh_schema("crowd"), "[policy.slow]\nmax_uses = 1\nconfirm = \"never\"\nrate = \"20 kB/s\"\n"};
  const std::string slow = noise(slow_size), quick = noise(quick_size);
  std::string slow_file = site.add_file("slow.bin", slow), quick_file = site.add_file("quick.bin", quick);
  std::string key = site.ask({"key", "add", "crowd", "--scope", "issue,read"}).at("key");
  std::unique_ptr<Process> worker;
  std::size_t unused = 0;
};

TEST_F(Crowd, FiveThousandSlowDownloadsCostNoThreadAndLittleMemoryAndNobodyElseWaits) {
  allow_descriptors(most_descriptors);  // says so at once if the system does not grant them
  start_worker();
  const auto issuing = std::chrono::steady_clock::now();
  const std::vector<std::string> slow_paths = issue(slow_file, "slow", crowd_size);
  const std::vector<std::string> quick_paths = issue(quick_file, "default", 2400);
  const std::chrono::duration<double> issued = std::chrono::steady_clock::now() - issuing;
  const std::size_t threads_before = threads_of(*worker), memory_before = memory_of(*worker);
  const double effort_before = effort_of(*worker);

  std::vector<Downloader> downloaders;
  for (const std::string& path : slow_paths) downloaders.push_back({.path = path});
  ManyDownloads crowd{site.socket_address("worker"), slow};
  const auto begun = std::chrono::steady_clock::now();
  auto served = std::async(std::launch::async,
                           [&] { crowd.run(downloaders, {.apart = 1500us, .unanswered = request_threads / 2}, 240s); });

  // Meanwhile somebody new comes twenty times a second, and is timed.
  std::vector<std::chrono::duration<double, std::milli>> answers;
  const std::string quick_digest = sha256(quick);
  std::size_t memory = 0, threads = 0, asked = 0;
  for (auto due = begun; served.wait_until(due) != std::future_status::ready && asked < quick_paths.size(); due += 50ms) {
    const auto sent = std::chrono::steady_clock::now();
    const FastCgiAnswer answer = fetch_patiently(quick_paths[asked++]);
    answers.emplace_back(std::chrono::steady_clock::now() - sent);
    EXPECT_TRUE(answer.complete && answer.sha256 == quick_digest)
        << answer.status << answer.body.substr(0, 200) << complaints();
    if (asked % 20 != 0) continue;
    memory = std::max(memory, memory_of(*worker));
    threads = std::max(threads, threads_of(*worker));
  }
  served.get();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  unused = quick_paths.size() - asked;

  std::size_t whole = 0;
  for (const Downloader& each : downloaders)
    if (each.status == 200 && each.complete && each.intact && each.received == slow_size) ++whole;
  EXPECT_EQ(whole, crowd_size);
  EXPECT_EQ(crowd.most_under_way(), crowd_size) << "they were all there at the same time";
  EXPECT_LE(memory, most_memory_kb);
  EXPECT_EQ(threads, threads_before);
  EXPECT_LE(threads, static_cast<std::size_t>(request_threads) + 2);
  ASSERT_GE(answers.size(), 200U);
  std::ranges::sort(answers);
  const auto at = [&](std::size_t percent) { return answers[answers.size() * percent / 100]; };
  EXPECT_LE(at(95), longest_answer);

  wait_until("every delivery is settled", [&] { return recorded("complete") >= crowd_size + asked; }, 60s);
  EXPECT_EQ(recorded("complete"), crowd_size + asked);
  const double effort = effort_of(*worker) - effort_before;
  expect_all_settled(crowd_size + asked);
  fmt::print(
      "{} downloads of {} kB at 20 kB/s, {} at the same time, all whole after {:.1f} s; {} links issued in {:.1f} s\n"
      "the worker: PSS {} MB before and {} MB at most, {} threads before and {} at most, {:.1f} s of processor time\n"
      "{} new ones meanwhile: answered within {:.1f} ms (50 %), {:.1f} ms (95 %), {:.1f} ms (99 %), {:.1f} ms (all)\n",
      crowd_size, slow_size / 1000, crowd.most_under_way(), taken.count(), crowd_size + quick_paths.size(), issued.count(),
      memory_before / 1024, memory / 1024, threads_before, threads, effort, answers.size(), at(50).count(), at(95).count(),
      at(99).count(), answers.back().count());
}

}  // namespace
}  // namespace claimcheck
