#include "fcgi/wiring.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <thread>

#include "checks/country_database.h"
#include "checks/open_checks.h"
#include "checks/stripe_event.h"
#include "config/mail_key.h"
#include "core/error.h"
#include "cron/wiring.h"
#include "fcgi/handler.h"
#include "files/open_storages.h"
#include "files/package/package.h"
#include "sql/question.h"
#include "sql/stores.h"

namespace claimcheck::fcgi {
namespace {

std::chrono::steady_clock::time_point steady_now() {
  return std::chrono::steady_clock::now();
}

/// A name in shared memory for the workers of this configuration.
std::string place_of(const config::Config& config) {
  const std::string place = config.folder.string();
  return fmt::format("/claimcheck-{}-{}", ::geteuid(), Digest::of(place).hex().substr(0, 16));
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

std::unique_ptr<Countries> open_countries(const config::Config& config) {
  if (config.countries.database.empty()) return nullptr;
  return checks::open_countries(config.countries.database, steady_now);
}

/// The key of the check that proves payments; empty if the policy of sales has none.
std::string sale_secret_of(const config::Config& config) {
  const CheckSettings* check = config::payment_check(config, config.purchase.policy);
  return check == nullptr ? "" : check->secret_key;
}

/// Judges a package while a request waits.
std::optional<PackageFault> inspect_at_once(OpenFile& file, const std::string& path, const PackageExpectation& expected) {
  const std::uint64_t size = file.version().size;
  if (size <= most_inspected_in_a_request) return files::inspect_package(file, path, expected, {});
  if (expected.size)
    if (auto fault = size_fault(*expected.size, size, path)) return fault;
  throw Error{
      Errc::bad_request,
      "The file is too large to be looked into while a request waits (32 MiB). Use the command line: claimcheck validate, "
      "claimcheck issue.",
      {{"field", "file"}}};
}

}  // namespace

/// One thread's database connection and what stands on it.
class Thread final : public Answerer {
 public:
  Thread(Process& process, Pump* pump)
      : process_(process),
        database_(sql::open_database(process.target_)),
        tokens_(store_, store_, process.tokens_),
        checks_(checks::open_checks(
            process.config_.checks,
            [&process](const CheckSettings& check) { return sql::open_question(check, process.config_.store); },
            {.now = [this] { return store_.now(); }, .steady = steady_now})),
        handler_({.site = process.config_.site,
                  .policies = process.config_.policies,
                  .storages = process.storages_,
                  .places = process.config_.storages,
                  .circumstances = process.circumstances_,
                  .tokens = tokens_,
                  .late_writes = tokens_,
                  .old_secrets = store_,
                  .payments = payments_,
                  .checks = checks_,
                  .inspect = inspect_,
                  .countries = process.countries_.get(),
                  .country_rules = process.config_.countries,
                  .limits = process.config_.limits,
                  .allowances = process.allowances_,
                  .purchase = process.config_.purchase,
                  .sale_secret = process.sale_secret_,
                  .clean_up = clean_up_,
                  .stripe = process.config_.stripe,
                  .read_payment_event = process.read_payment_event_,
                  .keys = keys_,
                  .deliveries = deliveries_,
                  .outbox = outbox_,
                  .mail = process.config_.mail,
                  .seal = process.seal_ ? &*process.seal_ : nullptr,
                  .story = process.story_,
                  .unsettled = process.unsettled_,
                  .checkpoints = process.checkpoints_,
                  .rates = process.rates_,
                  .crowds = process.crowds_,
                  .personal = privacy_,
                  .erasure = privacy_,
                  .statistics = statistics_,
                  .overview = overview_,
                  .mail_log = outbox_,
                  .meters = process.meters_,
                  .last_readings = process.last_readings_,
                  .log = process.log_,
                  .ip_log = process.config_.log.ip_log,
                  .random = random_,
                  .pause = pause_,
                  .self = process.self_},
                 {.stall_timeout = process.config_.worker.stall_timeout,
                  .slowest = process.config_.worker.slowest,
                  .shutdown = &process.shutdown_,
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
  /// The cron's jobs about what is over, within the time that a web server waits.
  cron::Report clean_up(RunMode mode) {
    constexpr seconds longest{20};
    const std::vector<std::string> jobs{"settle", "expire", "orphans", "tally", "purge"};
    const config::Config& config = process_.config_;
    cron::JobPorts ports =
        cron::job_ports(store_, deliveries_, removals_, statistics_, outbox_, process_.storages_, random_, pause_);
    ports.seal = cron::mail_seal(config, config::IfMissing::refuse);
    const auto deadline = steady_now() + longest;
    return cron::run_jobs(ports, cron::job_settings(config),
                          {.now = store_.now(), .mode = mode, .time_is_up = [=] { return steady_now() >= deadline; }}, jobs);
  }

  CleanupReport clean_up_alone(RunMode mode) {
    CleanupReport told;
    const bool alone = database_->with_lock(cron::database_lock, sql::IfHeld::give_up, [&] {
      cron::Report report = clean_up(mode);
      for (const cron::Count& count : report.counts) told.counts.emplace_back(count.key, count.number);
      told.faults = std::move(report.faults);
    });
    if (!alone) throw Error{Errc::unavailable, "claimcheck-cron is cleaning up at this moment"};
    return told;
  }

  Process& process_;
  std::unique_ptr<sql::Database> database_;
  sql::SqlTokenStore store_{*database_};
  GroupedTokenStore tokens_;
  sql::SqlKeyStore keys_{*database_};
  sql::SqlDeliveryLog deliveries_{*database_};
  sql::SqlOutbox outbox_{*database_};
  sql::SqlPrivacy privacy_{*database_};
  sql::SqlStatistics statistics_{*database_};
  sql::SqlOverview overview_{*database_};
  sql::SqlPayments payments_{*database_};
  sql::SqlRemovals removals_{*database_};
  Checks checks_;
  const InspectPackage inspect_ = inspect_at_once;
  const CleanUp clean_up_ = [this](RunMode mode) { return clean_up_alone(mode); };
  Random random_ = buffered(secure_random());
  std::minstd_rand jitter_{std::random_device{}()};
  Pause pause_ = [this](std::chrono::milliseconds about) {
    std::uniform_int_distribution<std::int64_t> spread{about.count() * 500, about.count() * 1500};
    std::this_thread::sleep_for(std::chrono::microseconds{spread(jitter_)});
  };
  Handler handler_;
};

Process::Process(const config::Config& config, const Log& log, const Shutdown& shutdown, Self self, const Clock& clock)
    : config_(config),
      log_(log),
      shutdown_(shutdown),
      self_(std::move(self)),
      storages_(files::open_storages(config.storages, config.profiles, clock)),
      target_(sql::target_of(config.store)),
      circumstances_{.own_socket = self_.mode == "socket", .exact_up_to = config.worker.exact_up_to},
      seal_(open_seal(config, log)),
      countries_(open_countries(config)),
      sale_secret_(sale_secret_of(config)),
      read_payment_event_(checks::stripe_events(config.stripe.webhook_secrets)),
      rates_(place_of(config)),
      allowances_(place_of(config) + "-allowances"),
      meters_(place_of(config) + "-meters-1") {}

AnswererFactory Process::answerers(Pump* pump) {
  return [this, pump] { return std::make_unique<Thread>(*this, pump); };
}

}  // namespace claimcheck::fcgi
