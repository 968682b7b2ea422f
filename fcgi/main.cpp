#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "config/config.h"
#include "config/mail_key.h"
#include "core/error.h"
#include "core/grouped_store.h"
#include "fcgi/handler.h"
#include "fcgi/listener.h"
#include "fcgi/server.h"
#include "files/open_storages.h"
#include "sql/stores.h"

namespace {

using namespace claimcheck;
using namespace claimcheck::fcgi;

constexpr int usage_fault = 2;
constexpr int try_again_later = 75;  // sysexits.h EX_TEMPFAIL

struct Options {
  std::string config, listen;
  int threads = 0;
};

/// What the threads of this process share.
struct Shared {
  explicit Shared(const config::Config& config) : rates(rates_of(config)) {}

  /// A name in shared memory for the workers of this configuration.
  static std::string rates_of(const config::Config& config) {
    const std::string place = config.folder.string();
    return fmt::format("/claimcheck-{}-{}", ::geteuid(), Digest::of(place).hex().substr(0, 16));
  }

  TokenGroup tokens;
  BufferedLog story;
  UnsettledDeliveries unsettled;
  Checkpoints checkpoints;
  Rates rates;
  Crowds crowds;
};

/// One thread's database connection and what stands on it.
class Thread final : public Answerer {
 public:
  Thread(const config::Config& config, const Storages& storages, const Circumstances& circumstances, const sql::Target& target,
         const Seal* seal, Shared& shared, const Log& log, const Shutdown& shutdown, Pump* pump, const std::string& mode)
      : database_(sql::open_database(target)),
        tokens_(store_, store_, shared.tokens),
        handler_({.site = config.site,
                  .policies = config.policies,
                  .storages = storages,
                  .places = config.storages,
                  .circumstances = circumstances,
                  .tokens = tokens_,
                  .keys = keys_,
                  .deliveries = deliveries_,
                  .outbox = outbox_,
                  .mail = config.mail,
                  .seal = seal,
                  .story = shared.story,
                  .unsettled = shared.unsettled,
                  .checkpoints = shared.checkpoints,
                  .rates = shared.rates,
                  .crowds = shared.crowds,
                  .personal = privacy_,
                  .erasure = privacy_,
                  .log = log,
                  .ip_log = config.log.ip_log,
                  .random = random_,
                  .pause = pause_,
                  .self = {.version = CLAIMCHECK_VERSION, .mode = mode}},
                 {.stall_timeout = config.worker.stall_timeout,
                  .slowest = config.worker.slowest,
                  .shutdown = &shutdown,
                  .rate = nullptr,
                  .tell = {}},
                 pump) {}

  void answer(const Variables& variables, const BodyReader& read_body, std::unique_ptr<Connection> connection) override {
    handler_.handle(variables, read_body, std::move(connection));
  }

  void carry_out(Chore chore) override {
    if (auto* delivery = std::get_if<std::unique_ptr<Delivery>>(&chore))
      handler_.conclude(std::move(*delivery));
    else
      handler_.write(std::get<Checkpoint>(chore));
  }

  void catch_up() override { handler_.catch_up(); }
  void catch_up_if_due() override { handler_.catch_up_if_due(); }
  std::optional<std::chrono::steady_clock::time_point> due() const override { return handler_.due(); }

 private:
  std::unique_ptr<sql::Database> database_;
  sql::SqlTokenStore store_{*database_};
  GroupedTokenStore tokens_;
  sql::SqlKeyStore keys_{*database_};
  sql::SqlDeliveryLog deliveries_{*database_};
  sql::SqlOutbox outbox_{*database_};
  sql::SqlPrivacy privacy_{*database_};
  Random random_ = buffered(secure_random());
  std::minstd_rand jitter_{std::random_device{}()};
  Pause pause_ = [this](std::chrono::milliseconds about) {
    std::uniform_int_distribution<std::int64_t> spread{about.count() * 500, about.count() * 1500};
    std::this_thread::sleep_for(std::chrono::microseconds{spread(jitter_)});
  };
  Handler handler_;
};

/// A download holds two descriptors, its connection and its file: as many as the system grants are taken.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// A worker that cannot read the key still serves downloads; who wants a mail from it is told.
std::optional<Seal> open_seal(const config::Config& config, const Log& log) {
  if (config.mail.transport == MailSettings::Transport::off) return std::nullopt;
  try {
    return Seal{config::mail_key(config, config::IfMissing::refuse)};
  } catch (const Error& error) {
    log.write(Level::warning, "no_mail", {{"message", error.what()}});
    return std::nullopt;
  }
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
  const Storages storages = files::open_storages(config->storages);
  const sql::Target target = sql::target_of(config->store);
  const Circumstances circumstances{.own_socket = own_socket, .exact_up_to = config->worker.exact_up_to};
  Shared shared{*config};
  const auto seal = open_seal(*config, log);
  const std::string mode = own_socket ? "socket" : inherited ? "fastcgi" : "cgi";
  const auto make_answerer = [&](Pump* pump) -> AnswererFactory {
    return [&, pump] {
      return std::make_unique<Thread>(*config, storages, circumstances, target, seal ? &*seal : nullptr, shared, log, shutdown,
                                      pump, mode);
    };
  };
  const Timeouts timeouts{.read = config->worker.read_timeout, .stall = config->worker.stall_timeout};
  const auto threads = options.threads > 0 ? options.threads : static_cast<int>(config->worker.threads);
  if (own_socket) {
    allow_many_descriptors();
    const Listener listener = handed ? *handed : open_listener(listen);
    log.write(Level::info, "started", {{"listen", handed ? "systemd" : listen}, {"threads", threads}});
    Chores chores;
    Pump pump{chores, shared.checkpoints};
    Door door{listener, shutdown, chores};
    serve_fastcgi(door, threads, timeouts, shutdown, {.chores = chores, .pump = pump}, make_answerer(&pump));
    log.write(Level::info, "stopped", {});
  } else if (inherited) {
    serve_fastcgi(STDIN_FILENO, timeouts, shutdown, make_answerer(nullptr));
  } else {
    serve_cgi(timeouts, *make_answerer(nullptr)());
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
