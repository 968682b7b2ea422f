// What a download costs, measured side by side with what sites have without claimcheck: bench/README.md.

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iterator>

#include "bench/bandwidth.h"
#include "bench/memory.h"
#include "bench/plan.h"
#include "bench/report.h"
#include "bench/requests.h"
#include "bench/stage.h"

namespace {

using namespace claimcheck::bench;

struct Options {
  std::string only;
  bool smoke = false;
};

/// Thousands of connections need as many descriptors; the servers inherit the limit.
void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool run(const Options& options, const Plan& plan) {
  raise_descriptor_limit();
  Stage stage;
  std::vector<Promise> promises;
  const auto measure = [&](const char* name, auto& part) {
    if (!options.only.empty() && options.only != name) return;
    std::vector<Promise> more = part(stage, plan);
    promises.insert(promises.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  measure("bandwidth", measure_bandwidth);
  measure("requests", measure_requests);
  measure("memory", measure_memory);
  return promises.empty() || options.smoke || report(promises);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // tables appear as they are done, also in a file
  Options options;
  Plan plan;
  CLI::App app{"delivery_bench: what a download costs, beside plain files and a PHP script"};
  app.add_option("--only", options.only, "one part")->check(CLI::IsMember({"bandwidth", "requests", "memory"}));
  app.add_option_function<std::size_t>(
         "--rounds", [&](std::size_t rounds) { plan.bandwidth_rounds = plan.request_rounds = rounds; },
         "measurements of each case, after one round that warms up; else 25 of bandwidth and 5 of requests")
      ->check(CLI::Range(1, 1000));
  app.add_option("--case", plan.only_case, "only cases whose name has this in it; no promises are checked");
  app.add_flag("--smoke", options.smoke, "everything once and small, to see that it runs; no verdict");
  CLI11_PARSE(app, argc, argv);
  if (options.smoke) {
    plan = {.request_rounds = 1, .bandwidth_rounds = 1, .warm_ups = 0, .big = 8 << 20, .requests = 64, .slow_downloads = {64}};
    plan.slow_time = std::chrono::seconds{2};
  }
  try {
    return run(options, plan) ? 0 : 1;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return 2;
  }
}
