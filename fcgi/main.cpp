#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "config/config.h"
#include "fcgi/listener.h"
#include "fcgi/server.h"
#include "fcgi/wiring.h"
#include "sql/database.h"

namespace {

using namespace claimcheck;
using namespace claimcheck::fcgi;

constexpr int usage_fault = 2;
constexpr int try_again_later = 75;  // sysexits.h EX_TEMPFAIL

struct Options {
  std::string config, listen;
  int threads = 0;
};

/// A download holds two descriptors, its connection and its file: as many as the system grants are taken.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool is_cgi() {
  return std::getenv("GATEWAY_INTERFACE") != nullptr;
}

int run(const Options& options) {
  const auto config = config::load_or_explain(options.config);
  if (!config) return usage_fault;
  // What is asked for on the command line comes first; a socket that is there already makes the configured one needless.
  const auto handed =
      options.listen.empty() ? handed_listener(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"), ::getpid()) : std::nullopt;
  const std::string listen = options.listen.empty() && !handed ? config->worker.listen : options.listen;
  const bool own_socket = handed || !listen.empty();
  const bool inherited = !own_socket && is_listener(STDIN_FILENO);
  if (!own_socket && !inherited && !is_cgi()) {
    fmt::print(
        stderr,
        "error: no web server started this worker, and it has no socket of its own\n"
        "hint: start it with --listen unix:/run/claimcheck/claimcheck.sock, or let mod_fcgid, CGI or systemd start it\n");
    return usage_fault;
  }

  const Shutdown shutdown{config->worker.drain};  // before any thread, so that all of them inherit the blocked signals
  sql::prepare_driver();
  const Log log{config->log.file, parse_level(config->log.level)};
  const std::string mode = own_socket ? "socket" : inherited ? "fastcgi" : "cgi";
  const Clock clock = [] { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); };
  Process process{*config, log, shutdown, {.version = CLAIMCHECK_VERSION, .mode = mode}, clock};
  const Timeouts timeouts{.read = config->worker.read_timeout, .stall = config->worker.stall_timeout};
  const auto threads = options.threads > 0 ? options.threads : static_cast<int>(config->worker.threads);
  if (own_socket) {
    allow_many_descriptors();
    const Listener listener = handed ? *handed : open_listener(listen);
    log.write(Level::info, "started", {{"listen", handed ? "systemd" : listen}, {"threads", threads}});
    Chores chores;
    Pump pump{chores, process.checkpoints()};
    Door door{listener, shutdown, chores};
    serve_fastcgi(door, threads, timeouts, shutdown, {.chores = chores, .pump = pump}, process.answerers(&pump));
    log.write(Level::info, "stopped", {});
  } else if (inherited) {
    serve_fastcgi(STDIN_FILENO, timeouts, shutdown, process.answerers(nullptr));
  } else {
    serve_cgi(timeouts, *process.answerers(nullptr)());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"claimcheck.fcgi: the worker behind the web server"};
  app.add_option("--config", options.config, "the configuration file; without it claimcheck.toml is looked for");
  app.add_option("--listen", options.listen, "a socket of its own: unix:/path or tcp:127.0.0.1:PORT");
  app.add_option("--threads", options.threads, "how many requests are answered at once on that socket")
      ->check(CLI::Range(1, 1024));
  // Under CGI the arguments come from the request (RFC 3875 section 4.4): they are none of ours.
  if (!is_cgi()) CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& fault) {
    fmt::print(stderr, "error: {}\n", fault.what());
    return try_again_later;
  }
}
