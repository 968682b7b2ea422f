#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "tests/support/connection.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"

namespace claimcheck {
namespace {

using namespace test;
using namespace std::chrono_literals;

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t mb = 1'000'000;
constexpr std::uint64_t file_size = 20 * mb;
constexpr auto window = 10s;

constexpr const char* policies = R"(
[policy.paced]
confirm = "never"
exact = "always"
rate = "1 MB/s"
[policy.handed]
confirm = "never"
exact = "never"
max_uses = 0
rate = "1 MB/s"
[policy.burst]
confirm = "never"
exact = "always"
rate = "500 kB/s"
burst = "3 MB"
[policy.narrow]
confirm = "never"
exact = "always"
rate = "1 MB/s"
parallel = 4
[policy.wide]
confirm = "never"
exact = "always"
max_uses = 0
rate = "1 MB/s"
parallel = 2
)";

/// A download as its client sees it: when how much of the body was there.
struct Observed {
  struct Arrival {
    SteadyClock::time_point time;
    std::uint64_t bytes = 0;
  };
  int status = 0;
  std::vector<Arrival> arrivals;

  SteadyClock::time_point first_byte() const { return arrivals.at(0).time; }
  std::uint64_t by(SteadyClock::time_point time) const {
    const auto later = std::ranges::upper_bound(arrivals, time, {}, &Arrival::time);
    return later == arrivals.begin() ? 0 : std::prev(later)->bytes;
  }
  /// The middle of the first pause of a fifth of a second or more after a moment.
  SteadyClock::time_point pause_after(SteadyClock::time_point time) const {
    for (std::size_t i = 1; i < arrivals.size(); ++i) {
      const auto gap = arrivals[i].time - arrivals[i - 1].time;
      if (arrivals[i - 1].time >= time && gap >= 200ms) return arrivals[i - 1].time + gap / 2;
    }
    throw std::runtime_error("bytes came without a pause");
  }
};

/// A client that takes all it gets for a little longer than the window, and then goes.
class Client {
 public:
  Client(int port, const Issued& token, const std::string& range = {})
      : observed_(std::async(std::launch::async, [=, this] { return download(port, token.path, range); })) {}

  bool has_begun() const { return begun_; }
  const Observed& result() {
    if (!result_) result_ = observed_.get();
    return *result_;
  }

 private:
  Observed download(int port, const std::string& path, const std::string& range) {
    test::Connection connection{fmt::format("tcp:127.0.0.1:{}", port), 60s};
    connection.send(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{}\r\n", path, port,
                                range.empty() ? "" : "Range: bytes=" + range + "\r\n"));
    Observed observed;
    std::string head, buffer(256 * 1024, '\0');
    std::uint64_t bytes = 0;
    while (observed.arrivals.empty() || SteadyClock::now() < observed.first_byte() + window + 5s) {
      const std::size_t count = connection.receive(buffer);
      if (count == 0) break;
      bytes += count;
      if (observed.status == 0) {
        head.append(buffer, 0, count);
        const auto end = head.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        observed.status = std::stoi(head.substr(head.find(' ')));
        bytes = head.size() - end - 4;
      }
      if (bytes == 0) continue;
      observed.arrivals.push_back({SteadyClock::now(), bytes});
      begun_ = true;
    }
    return observed;
  }

  std::atomic<bool> begun_ = false;
  std::optional<Observed> result_;
  std::future<Observed> observed_;
};

/// Downloads that share a rate, and what they should come to in the window.
struct Watched {
  const char* name;
  std::vector<std::unique_ptr<Client>> clients;
  std::uint64_t expected = 10 * mb;
  /// nginx grants a second's worth at the beginning, and then a portion every second: the window begins between two of them.
  bool in_portions = false;
};

void expect_kept(Watched& watched) {
  SCOPED_TRACE(watched.name);
  auto begin = SteadyClock::time_point::max();
  for (auto& client : watched.clients) {
    ASSERT_FALSE(client->result().arrivals.empty());
    begin = std::min(begin, client->result().first_byte());
  }
  if (watched.in_portions) begin = watched.clients.front()->result().pause_after(begin + 2s);
  std::uint64_t bytes = 0, least = file_size, most = 0;
  for (auto& client : watched.clients) {
    const std::uint64_t mine = client->result().by(begin + window) - client->result().by(begin);
    bytes += mine;
    least = std::min(least, mine);
    most = std::max(most, mine);
  }
  const double ratio = static_cast<double>(bytes) / static_cast<double>(watched.expected);
  EXPECT_GE(ratio, 0.95);
  EXPECT_LE(ratio, 1.05);
  fmt::print("{}: {} kB in 10 s, {:+.1f} % of what is allowed", watched.name, bytes / 1000, (ratio - 1) * 100);
  if (watched.clients.size() > 1) fmt::print("; the parts {} to {} kB", least / 1000, most / 1000);
  fmt::print("\n");
}

/// A site with a large file behind a web server.
struct Place {
  explicit Place(Front kind, const char* delivery = "stream") {
    if (std::string{delivery} != "stream") site.deliver_by(delivery);
    file = site.add_file("film.bin", noise(file_size));
    front = start(kind, site);
  }

  Issued issue(const std::string& policy) const { return site.issue(file, {.policy = policy}); }
  std::unique_ptr<Client> client(const Issued& token, const std::string& range = {}) const {
    return std::make_unique<Client>(site.port(), token, range);
  }
  Answer ask(const Issued& token, const std::string& range) const {
    return fetch(site.port(), {.target = token.path, .headers = {{"Range", "bytes=" + range}}});
  }

  Site site{{}, policies};
  std::string file;
  std::unique_ptr<FrontEnd> front;
};

TEST(Throttle, EveryRateIsKeptWithinFivePercentOverTenSecondsWhoeverPacesIt) {
  const Place fcgid{Front::apache_fcgid}, proxied{Front::apache_proxy}, nginx{Front::nginx, "accel"};
  std::vector<Watched> all;
  const auto watch = [&](const char* name, std::unique_ptr<Client> client) -> Watched& {
    all.push_back({.name = name, .clients = {}});
    all.back().clients.push_back(std::move(client));
    return all.back();
  };
  watch("inline, mod_fcgid", fcgid.client(fcgid.issue("paced")));
  watch("the pump behind mod_proxy_fcgi", proxied.client(proxied.issue("paced")));
  watch("the pump behind nginx", nginx.client(nginx.issue("paced")));
  watch("nginx by X-Accel-Limit-Rate", nginx.client(nginx.issue("handed"))).in_portions = true;
  watch("after a burst of 3 MB", nginx.client(nginx.issue("burst"))).expected = 8 * mb;
  Watched parts{.name = "four ranges at once", .clients = {}};
  const Issued narrow = nginx.issue("narrow"), wide = nginx.issue("wide");
  for (std::uint64_t first = 0; first < file_size; first += file_size / 4)
    parts.clients.push_back(nginx.client(narrow, fmt::format("{}-{}", first, first + file_size / 4 - 1)));
  Watched copies{.name = "two copies without a limit of uses", .clients = {}};
  for (int i = 0; i < 2; ++i) copies.clients.push_back(nginx.client(wide));
  all.push_back(std::move(parts));
  all.push_back(std::move(copies));

  wait_until("all downloads have begun", [&] {
    return std::ranges::all_of(all, [](const Watched& each) {
      return std::ranges::all_of(each.clients, [](const auto& client) { return client->has_begun(); });
    });
  });
  // Nobody gets in beyond `parallel` while those who are there go on.
  for (const Issued& token : {narrow, wide}) {
    const Answer refused = nginx.ask(token, fmt::format("{}-", file_size - 1000));
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_TRUE(refused.header("Retry-After").has_value());
  }
  for (Watched& each : all) expect_kept(each);
  const Observed& burst = all.at(4).clients.at(0)->result();
  EXPECT_GE(burst.by(burst.first_byte() + 2s), 3 * mb) << "the rate alone would take six seconds";
  EXPECT_EQ(nginx.site.show(narrow.id).at("uses"), 1) << "the parts are one download";
  wait_until("there is room again", [&] { return nginx.ask(wide, fmt::format("{}-", file_size - 1000)).status == 206; });
}

}  // namespace
}  // namespace claimcheck
