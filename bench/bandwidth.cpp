#include "bench/bandwidth.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "bench/drain.h"
#include "bench/processes.h"

namespace claimcheck::bench {
namespace {

const Way apache_static{"Apache, plain file", Server::apache_proxy, Kind::plain};
const Way nginx_static{"nginx, plain file", Server::nginx, Kind::plain};
const Way apache_script{"Apache, PHP loop", Server::apache_proxy, Kind::script};
const Way nginx_script{"nginx, PHP loop", Server::nginx, Kind::script};
const Way apache_script_sendfile{"Apache, PHP with X-Sendfile", Server::apache_proxy, Kind::script_sendfile};
const Way proxy_stream{"mod_proxy_fcgi, stream", Server::apache_proxy, Kind::stream};
const Way nginx_stream{"nginx, stream", Server::nginx, Kind::stream};
const Way fcgid_stream{"mod_fcgid, stream", Server::apache_fcgid, Kind::stream};
const Way proxy_hand_off{"mod_proxy_fcgi, X-Sendfile", Server::apache_proxy, Kind::hand_off};
const Way nginx_hand_off{"nginx, X-Accel-Redirect", Server::nginx, Kind::hand_off};
const Way fcgid_hand_off{"mod_fcgid, local redirect", Server::apache_fcgid, Kind::hand_off};

const std::vector<const Way*> ways{&apache_static,          &nginx_static,   &apache_script, &nginx_script,
                                   &apache_script_sendfile, &proxy_stream,   &nginx_stream,  &fcgid_stream,
                                   &proxy_hand_off,         &nginx_hand_off, &fcgid_hand_off};

/// What one way costs. CPU in seconds per 10^9 bytes.
struct Cost {
  Series speed;                    ///< 10^9 bytes a second
  Series front, worker, database;  ///< worker: claimcheck's or PHP's
  Series total;                    ///< front and worker

  void add(const Drained& drained, const Way& way, const std::map<std::string, double>& cpu) {
    const double gigabytes = static_cast<double>(drained.bytes) * 1e-9;
    double at_front = 0, at_work = 0, in_database = 0;
    for (const auto& [program, seconds] : cpu) {
      if (program == program_of(way.server)) at_front += seconds;
      if (program.starts_with("php-fpm") || program == "claimcheck.fcgi") at_work += seconds;
      if (program == "mariadbd") in_database += seconds;
    }
    speed.add(gigabytes / drained.seconds);
    front.add(at_front / gigabytes);
    worker.add(at_work / gigabytes);
    database.add(in_database / gigabytes);
    total.add((at_front + at_work) / gigabytes);
  }
};

using Costs = std::map<const Way*, Cost>;

void print(const Costs& costs, std::uint64_t size) {
  const auto reference = costs.find(&apache_static);
  fmt::print("\nBandwidth: {} MiB, one client. CPU in seconds per 10^9 bytes; medians\n", size >> 20);
  fmt::print("{:<30} {:>6} {:>15} {:>8} {:>8} {:>8} {:>8} {:>15} {:>9}\n", "", "GB/s", "[min-max]", "server", "worker",
             "MariaDB", "total", "[min-max]", "x Apache");
  for (const Way* way : ways) {
    const auto found = costs.find(way);
    if (found == costs.end()) continue;
    const Cost& cost = found->second;
    fmt::print("{:<30} {:>6.2f} {:>15} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>15} {:>9.2f}\n", way->name, cost.speed.median(),
               fmt::format("[{:.2f}-{:.2f}]", cost.speed.least(), cost.speed.most()), cost.front.median(), cost.worker.median(),
               cost.database.median(), cost.total.median(),
               fmt::format("[{:.3f}-{:.3f}]", cost.total.least(), cost.total.most()),
               reference == costs.end() ? 0 : cost.total.median() / reference->second.total.median());
  }
}

std::vector<Promise> promises(const Costs& costs) {
  const auto cpu = [&](const Way& way, const Way& other) { return ratio(costs.at(&way).total, costs.at(&other).total); };
  const auto speed = [&](const Way& way, const Way& other) { return ratio(costs.at(&way).speed, costs.at(&other).speed); };
  const auto worker = [&](const Way& way) { return costs.at(&way).worker; };
  return {
      {"hand-off by mod_fcgid: CPU of Apache's plain file", cpu(fcgid_hand_off, apache_static), Bound::at_most, 1.3, "x"},
      {"hand-off by mod_xsendfile: CPU of Apache's plain file", cpu(proxy_hand_off, apache_static), Bound::at_most, 1.3, "x"},
      {"hand-off by nginx: CPU of Apache's plain file", cpu(nginx_hand_off, apache_static), Bound::at_most, 1.3, "x"},
      {"hand-off by nginx: CPU of nginx' plain file", cpu(nginx_hand_off, nginx_static), Bound::at_most, 1.3, "x"},
      {"stream behind mod_proxy_fcgi: CPU of the PHP loop", cpu(proxy_stream, apache_script), Bound::at_most, 0.35, "x"},
      {"stream behind mod_proxy_fcgi: speed of the PHP loop", speed(proxy_stream, apache_script), Bound::at_least, 3, "x"},
      {"stream behind nginx: CPU of the PHP loop", cpu(nginx_stream, nginx_script), Bound::at_most, 0.35, "x"},
      {"stream behind nginx: speed of the PHP loop", speed(nginx_stream, nginx_script), Bound::at_least, 3, "x"},
      {"stream under mod_fcgid: speed of the PHP loop", speed(fcgid_stream, apache_script), Bound::at_least, 2, "x"},
      {"stream: the worker's own CPU behind mod_proxy_fcgi", worker(proxy_stream), Bound::at_most, 0.12, " s/GB"},
      {"stream: the worker's own CPU behind nginx", worker(nginx_stream), Bound::at_most, 0.12, " s/GB"},
      {"stream: the worker's own CPU under mod_fcgid", worker(fcgid_stream), Bound::at_most, 0.12, " s/GB"},
  };
}

}  // namespace

std::vector<Promise> measure_bandwidth(Stage& stage, const Plan& plan) {
  const File file = stage.add_file("big.bin", plan.big);
  const std::size_t downloads = plan.warm_ups + plan.bandwidth_rounds;
  std::map<const Way*, std::vector<std::string>> links;
  for (const Way* way : ways) links[way] = stage.links(way->kind, file, downloads);
  Costs costs;
  for (std::size_t round = 0; round < downloads; ++round) {
    for (const Way* way : ways) {
      if (way->name.find(plan.only_case) == std::string::npos) continue;
      say(fmt::format("bandwidth, round {} of {}: {}", round + 1, downloads, way->name));
      const Snapshot before = running();
      const Drained drained = drain(stage.port(way->server), links[way][round]);
      const auto cpu = used(before, at_rest());
      if (drained.status != 200 || drained.bytes != file.size)
        throw std::runtime_error(fmt::format("{}: {}, {} bytes", way->name, drained.status, drained.bytes));
      if (round >= plan.warm_ups) costs[way].add(drained, *way, cpu);
    }
  }
  say("");
  print(costs, plan.big);
  if (!plan.only_case.empty()) return {};
  return promises(costs);
}

}  // namespace claimcheck::bench
