#include "bench/requests.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "bench/hammer.h"
#include "bench/processes.h"
#include "core/secret.h"
#include "tests/support/sha256.h"

namespace claimcheck::bench {
namespace {

/// What the links are when they are asked for.
enum class Links {
  unused,     ///< single-use and unused: each request is a download that is counted
  used_up,    ///< single-use and used: 410
  unknown,    ///< of the right form, but made up: 404
  forgotten,  ///< ours once, but gone from the database: 404
};

struct Case {
  Way way;
  Links links = Links::unused;
};

const std::vector<Case> cases{
    {{"Apache, plain file", Server::apache_proxy, Kind::plain}},
    {{"nginx, plain file", Server::nginx, Kind::plain}},
    {{"Apache, PHP loop", Server::apache_proxy, Kind::script}},
    {{"Apache, PHP with X-Sendfile", Server::apache_proxy, Kind::script_sendfile}},
    {{"nginx, PHP loop", Server::nginx, Kind::script}},
    {{"mod_proxy_fcgi, stream", Server::apache_proxy, Kind::stream}},
    {{"mod_proxy_fcgi, X-Sendfile", Server::apache_proxy, Kind::hand_off}},
    {{"nginx, stream", Server::nginx, Kind::stream}},
    {{"nginx, X-Accel-Redirect", Server::nginx, Kind::hand_off}},
    {{"mod_fcgid, stream", Server::apache_fcgid, Kind::stream}},
    {{"mod_fcgid, local redirect", Server::apache_fcgid, Kind::hand_off}},
    {{"unknown: Apache, PHP", Server::apache_proxy, Kind::script}, Links::unknown},
    {{"unknown: mod_proxy_fcgi", Server::apache_proxy, Kind::stream}, Links::unknown},
    {{"unknown: nginx, PHP", Server::nginx, Kind::script}, Links::unknown},
    {{"unknown: nginx", Server::nginx, Kind::stream}, Links::unknown},
    {{"forgotten: mod_proxy_fcgi", Server::apache_proxy, Kind::stream}, Links::forgotten},
    {{"forgotten: nginx", Server::nginx, Kind::stream}, Links::forgotten},
    {{"used up: Apache, PHP", Server::apache_proxy, Kind::script}, Links::used_up},
    {{"used up: mod_proxy_fcgi", Server::apache_proxy, Kind::stream}, Links::used_up},
    {{"used up: nginx, PHP", Server::nginx, Kind::script}, Links::used_up},
    {{"used up: nginx", Server::nginx, Kind::stream}, Links::used_up},
};

struct Cost {
  Series speed;                            ///< requests a second
  Series p50, p99;                         ///< milliseconds
  Series server, worker, database, total;  ///< CPU microseconds a request
  Series statements, syncs;                ///< of MariaDB, a request
};

using Costs = std::map<std::string, Cost>;

/// Request targets for every case, as often used as the measurement is taken.
class Targets {
 public:
  Targets(Stage& stage, const File& file, std::size_t count) {
    for (const Kind kind : {Kind::plain, Kind::script, Kind::stream, Kind::hand_off})
      unused_[kind] = stage.links(kind, file, count);
    for (const std::string& link : unused_.at(Kind::script)) unused_[Kind::script_sendfile].push_back(link + "&sendfile=1");
    for (const Kind kind : {Kind::script, Kind::stream}) {
      used_up_[kind] = stage.links(kind, file, count);
      const Hammered spent = hammer({.port = stage.port(Server::nginx), .paths = used_up_[kind]});
      if (spent.wrong > 0) throw std::runtime_error("links that cannot be used up: " + spent.first_wrong);
    }
    const Random random = secure_random();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string nobodys = test::sha256(fmt::format("nobody's {}", i));
      unknown_[Kind::script].push_back("/script/download.php?token=" + nobodys);
      unknown_[Kind::stream].push_back("/dl/" + nobodys);
      forgotten_.push_back("/dl/" + Secret::make(random).reveal());
    }
  }

  const std::vector<std::string>& of(const Case& measured) const {
    switch (measured.links) {
      case Links::unused:
        return unused_.at(measured.way.kind);
      case Links::used_up:
        return used_up_.at(measured.way.kind);
      case Links::unknown:
        return unknown_.at(measured.way.kind);
      case Links::forgotten:
        return forgotten_;
    }
    throw std::logic_error("no such links");
  }

 private:
  std::map<Kind, std::vector<std::string>> unused_, used_up_, unknown_;
  std::vector<std::string> forgotten_;
};

Load load_for(const Case& measured, const Stage& stage, const Targets& targets, const File& file) {
  Load load{.port = stage.port(measured.way.server), .paths = targets.of(measured), .concurrency = Stage::concurrency};
  load.status = measured.links == Links::unused ? 200 : measured.links == Links::used_up ? 410 : 404;
  if (measured.links == Links::unused) load.bytes = file.size;
  return load;
}

void add(Cost& cost, const Case& measured, const Hammered& done, const std::map<std::string, double>& cpu,
         const Stage::Counters& before, const Stage::Counters& after) {
  const auto count = static_cast<double>(done.latencies.size());
  Series latencies;
  for (const double latency : done.latencies) latencies.add(latency);
  cost.speed.add(count / done.seconds);
  cost.p50.add(latencies.quantile(0.5));
  cost.p99.add(latencies.quantile(0.99));
  double server = 0, worker = 0, database = 0;
  for (const auto& [program, seconds] : cpu) {
    if (program == program_of(measured.way.server)) server += seconds;
    if (program.starts_with("php-fpm") || program == "claimcheck.fcgi") worker += seconds;
    if (program == "mariadbd") database += seconds;
  }
  cost.server.add(server / count * 1e6);
  cost.worker.add(worker / count * 1e6);
  cost.database.add(database / count * 1e6);
  cost.total.add((server + worker + database) / count * 1e6);
  cost.statements.add(static_cast<double>(after.statements - before.statements) / count);
  cost.syncs.add(static_cast<double>(after.syncs - before.syncs) / count);
}

void print(const Costs& costs, const Plan& plan) {
  fmt::print("\nRequests: {} KiB, {} at once, {} a round. CPU in microseconds a request; medians\n", plan.small >> 10,
             Stage::concurrency, plan.requests);
  fmt::print("{:<30} {:>6} {:>13} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7} {:>10} {:>6}\n", "", "req/s", "[min-max]", "p50 ms",
             "p99 ms", "server", "worker", "MariaDB", "total", "statements", "syncs");
  for (const Case& each : cases) {
    const auto found = costs.find(each.way.name);
    if (found == costs.end()) continue;
    const Cost& cost = found->second;
    fmt::print("{:<30} {:>6.0f} {:>13} {:>7.1f} {:>7.1f} {:>7.0f} {:>7.0f} {:>8.0f} {:>7.0f} {:>10.2f} {:>6.3f}\n",
               each.way.name, cost.speed.median(), fmt::format("[{:.0f}-{:.0f}]", cost.speed.least(), cost.speed.most()),
               cost.p50.median(), cost.p99.median(), cost.server.median(), cost.worker.median(), cost.database.median(),
               cost.total.median(), cost.statements.median(), cost.syncs.median());
  }
}

std::vector<Promise> promises(const Costs& costs) {
  const auto speed = [&](const char* ours, const char* theirs) { return ratio(costs.at(ours).speed, costs.at(theirs).speed); };
  const auto at_least = [&](const char* what, const char* ours, const char* theirs, double goal) {
    return Promise{what, speed(ours, theirs), Bound::at_least, goal, "x"};
  };
  return {
      at_least("counted small downloads behind mod_proxy_fcgi: requests/s of PHP", "mod_proxy_fcgi, stream", "Apache, PHP loop",
               2.5),
      at_least("counted small downloads behind nginx: requests/s of PHP", "nginx, stream", "nginx, PHP loop", 2.5),
      at_least("unknown links behind mod_proxy_fcgi: requests/s of PHP", "unknown: mod_proxy_fcgi", "unknown: Apache, PHP",
               3.5),
      at_least("unknown links behind nginx: requests/s of PHP", "unknown: nginx", "unknown: nginx, PHP", 3.5),
      at_least("used up links behind mod_proxy_fcgi: requests/s of PHP", "used up: mod_proxy_fcgi", "used up: Apache, PHP",
               3.5),
      at_least("used up links behind nginx: requests/s of PHP", "used up: nginx", "used up: nginx, PHP", 3.5),
  };
}

}  // namespace

std::vector<Promise> measure_requests(Stage& stage, const Plan& plan) {
  const File file = stage.add_file("small.bin", plan.small);
  say("requests: issuing links");
  const Targets targets{stage, file, plan.requests};
  stage.remember();
  Costs costs;
  for (std::size_t round = 1; round <= plan.warm_ups + plan.request_rounds; ++round) {
    for (const Case& each : cases) {
      if (each.way.name.find(plan.only_case) == std::string::npos) continue;
      say(fmt::format("requests, round {} of {}: {}", round, plan.warm_ups + plan.request_rounds, each.way.name));
      stage.restore();
      const Load load = load_for(each, stage, targets, file);
      const Stage::Counters counted = stage.counters();
      const Snapshot before = at_rest();
      const Hammered done = hammer(load);
      const auto cpu = used(before, at_rest());
      if (done.wrong > 0)
        throw std::runtime_error(fmt::format("{}: {} wrong answers, such as {}", each.way.name, done.wrong, done.first_wrong));
      if (round <= plan.warm_ups) continue;
      add(costs[each.way.name], each, done, cpu, counted, stage.counters());
    }
  }
  say("");
  print(costs, plan);
  if (!plan.only_case.empty()) return {};
  return promises(costs);
}

}  // namespace claimcheck::bench
