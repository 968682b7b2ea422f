#include "bench/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "bench/processes.h"
#include "bench/slow_clients.h"

namespace claimcheck::bench {
namespace {

constexpr double megabyte = 1e6;

/// The most memory seen so far.
struct Peak {
  std::uint64_t worker = 0, nginx = 0;

  void look(const Stage& stage) {
    worker = std::max(worker, memory(stage.nginx_worker()));
    nginx = std::max(nginx, memory(running(), "nginx"));
  }
};

}  // namespace

std::vector<Promise> measure_memory(Stage& stage, const Plan& plan) {
  const File file = stage.add_file("slow.bin", plan.big);
  Peak idle;
  idle.look(stage);
  fmt::print("\nMemory: slow downloads at once through one worker behind nginx (PSS, MB)\n");
  fmt::print("{:>10} {:>8} {:>10} {:>8} {:>8} {:>12} {:>14} {:>12}\n", "downloads", "served", "all bytes", "worker", "nginx",
             "received MB", "first byte s", "statements/s");
  fmt::print("{:>10} {:>8} {:>10} {:>8.1f} {:>8.1f}\n", 0, "", "", static_cast<double>(idle.worker) / megabyte,
             static_cast<double>(idle.nginx) / megabyte);
  std::vector<Promise> promises;
  for (const std::size_t downloads : plan.slow_downloads) {
    say(fmt::format("memory: {} slow downloads", downloads));
    Peak peak;
    SlowLoad load{.port = stage.slow_port(), .paths = stage.links(Kind::stream, file, downloads), .time = plan.slow_time};
    load.every_second = [&] { peak.look(stage); };
    const Stage::Counters before = stage.counters();
    const SlowResult result = download_slowly(load);
    const double asked = static_cast<double>(stage.counters().statements - before.statements);
    say("");
    fmt::print("{:>10} {:>8} {:>10} {:>8.1f} {:>8.1f} {:>12.1f} {:>14.2f} {:>12.0f}\n", downloads, result.served,
               result.intact ? "right" : "WRONG", static_cast<double>(peak.worker) / megabyte,
               static_cast<double>(peak.nginx) / megabyte, static_cast<double>(result.bytes) / megabyte,
               result.first_byte_worst, asked / result.seconds);
    const std::string what = fmt::format("{} slow downloads: ", downloads);
    const double faults = static_cast<double>(result.ended) + (result.intact ? 0 : 1);
    promises.push_back({what + "those that were served", Series{static_cast<double>(result.served)}, Bound::at_least,
                        static_cast<double>(downloads)});
    promises.push_back({what + "those cut short or with a wrong byte", Series{faults}, Bound::at_most, 0});
    promises.push_back(
        {what + "memory of the worker", Series{static_cast<double>(peak.worker) / megabyte}, Bound::at_most, 100, " MB"});
  }
  return promises;
}

}  // namespace claimcheck::bench
