#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/log_feed.h"
#include "admin/log_reader.h"
#include "admin/log_tail.h"
#include "core/error.h"
#include "core/representation.h"
#include "sql/migrate.h"
#include "sql/notes.h"

namespace claimcheck::admin {
namespace {

using SteadyClock = std::chrono::steady_clock;
using SteadyTime = SteadyClock::time_point;
using std::chrono::milliseconds;

constexpr seconds retry_after{2};     ///< while the database is down
constexpr seconds save_after{5};      ///< the position in a file that is followed
constexpr seconds last_patience{30};  ///< with a database that is down when there are no more lines
constexpr seconds tell_after{60};

struct FeedOptions {
  std::string file = "-";
  bool follow = false, verbose = false;
};

/// SIGTERM and SIGINT as a descriptor, from now on.
int watch_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  const int fd = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) throw Error{Errc::internal, std::string{"signals cannot be watched: "} + std::strerror(errno)};
  return fd;
}

/// The position in a file that is followed, as the database remembers it for this machine.
class SavedPosition {
 public:
  SavedPosition(sql::Database& database, const std::string& file) : database_(database) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    name_ = "log_feed " + Digest::of(std::string{host.data()} + " " + std::filesystem::absolute(file).string()).hex();
  }

  std::optional<LogPosition> load() {
    LogPosition position;
    const auto noted = sql::find_note(database_, name_);
    if (!noted) return std::nullopt;
    const auto json = Json::parse(*noted, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    position.inode = json.value("inode", std::uint64_t{0});
    position.offset = json.value("offset", std::uint64_t{0});
    return saved_ = position;
  }

  void save(const LogPosition& position) {
    if (saved_ == position) return;
    sql::keep_note(database_, name_, Json{{"inode", position.inode}, {"offset", position.offset}}.dump());
    saved_ = position;
  }

 private:
  sql::Database& database_;
  std::string name_;
  std::optional<LogPosition> saved_;
};

/// One run of the command: reads, corrects, and bears a database that is down.
class Feeding {
 public:
  using Tell = std::function<void(const FeedReport&)>;

  /// @param tell  told now and then what was done, and at the end
  Feeding(const config::Config& config, const FeedOptions& given, const Tell& tell)
      : given_(given),
        tell_(tell),
        drain_(config.worker.drain),
        database_(sql::open_database(sql::target_of(config.store))),
        tokens_(*database_),
        log_(*database_),
        position_(*database_, given.file) {
    if (!given.follow) input_ = given.file == "-" ? read_descriptor(STDIN_FILENO) : read_file(given.file);
  }

  /// Until there are no more lines, or a signal says so. Throws Error{unavailable} if the database was down at the end.
  void run() {
    while (!over()) {
      const bool readable = wait();
      const SteadyTime now = SteadyClock::now();
      if (reads() && (readable || input_->due() <= now))
        input_->read(now, [&](std::string_view line, std::uint64_t place) { feed_.take(line, place, now); });
      if (!ended_at_ && input_ && (input_->ended() || now >= read_until_)) ended_at_ = now;
      work(now);
    }
    tell_(feed_.report());
    if (input_ && !outage_) save();
    if (!stopped_ && !feed_.empty())
      throw Error{Errc::unavailable, "the database was down at the end, and some deliveries could not be corrected"};
  }

 private:
  bool over() const {
    if (stopped_) return true;
    if (!ended_at_) return false;
    return feed_.empty() || (outage_ && SteadyClock::now() >= *ended_at_ + last_patience);
  }

  /// Whether lines are taken in: where nobody waits for it, not more than there is room for.
  bool reads() const { return input_ && !ended_at_ && (input_->live() || !feed_.full()); }

  /// @return whether there is something to read
  bool wait() {
    SteadyTime due = std::max(retry_at_, std::min(ready_ ? feed_.due() : SteadyTime::min(), save_at_));
    if (reads()) due = std::min({due, input_->due(), read_until_});
    std::array<pollfd, 2> watched{pollfd{.fd = signals_, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = reads() ? input_->descriptor() : -1, .events = POLLIN, .revents = 0}};
    const SteadyTime now = SteadyClock::now();
    const auto left = std::chrono::ceil<milliseconds>(std::clamp(due, now, now + std::chrono::hours{1}) - now);
    ::poll(watched.data(), watched.size(), static_cast<int>(left.count()));
    signalfd_siginfo signal{};
    if (::read(signals_, &signal, sizeof signal) == sizeof signal) stop(static_cast<int>(signal.ssi_signo));
    return watched[1].revents != 0;
  }

  /// A web server that restarts sends SIGTERM while downloads go on whose lines still come: the pipe is read to its end, if
  /// that is soon. All else can begin again where it was.
  void stop(int signal) {
    const bool again = read_until_ != SteadyTime::max();
    if (signal == SIGTERM && input_ && input_->live() && !again)
      read_until_ = SteadyClock::now() + drain_;
    else
      stopped_ = true;
  }

  void work(SteadyTime now) {
    if (now < retry_at_) return;
    try {
      if (!ready_) get_ready();
      if (feed_.due() <= now) feed_.work(now);
      if (now >= save_at_) save();
      if (now >= tell_at_) tell(now);
      if (outage_) fmt::print(stderr, "claimcheck log-feed: the database is back\n");
      outage_ = false;
      retry_at_ = SteadyTime::min();
    } catch (const Error& error) {
      if (error.code() != Errc::unavailable && error.code() != Errc::internal) throw;
      if (!outage_) fmt::print(stderr, "claimcheck log-feed: {}; lines are kept and tried again\n", error.what());
      outage_ = true;
      retry_at_ = SteadyClock::now() + retry_after;
    }
  }

  void get_ready() {
    sql::migrate(*database_);
    if (given_.follow) {
      input_ = follow_file(given_.file, position_.load());
      save_at_ = SteadyClock::now() + save_after;
    }
    ready_ = true;
  }

  void save() {
    if (const auto position = input_->position(feed_.first_place())) position_.save(*position);
    if (given_.follow) save_at_ = SteadyClock::now() + save_after;
  }

  /// What is done from start to end in one go is told of at its end.
  void tell(SteadyTime now) {
    const bool goes_on = given_.follow || (input_ && input_->live());
    if (goes_on && feed_.report() != told_) tell_(told_ = feed_.report());
    tell_at_ = now + tell_after;
  }

  const FeedOptions& given_;
  const Tell& tell_;
  seconds drain_;
  int signals_ = watch_signals();
  std::unique_ptr<sql::Database> database_;
  sql::SqlTokenStore tokens_;
  sql::SqlDeliveryLog log_;
  Pause pause_ = sleep_about;
  LogFeed feed_{tokens_, log_, pause_};
  SavedPosition position_;
  std::unique_ptr<LogInput> input_;  ///< a file that is followed is opened once the database says where to begin
  bool ready_ = false, outage_ = false, stopped_ = false;
  std::optional<SteadyTime> ended_at_;
  FeedReport told_;
  SteadyTime tell_at_ = SteadyClock::now() + tell_after;
  SteadyTime retry_at_ = SteadyTime::min(), save_at_ = SteadyTime::max(), read_until_ = SteadyTime::max();
};

void show(const FeedReport& report, const Options& options) {
  if (options.json)
    fmt::print("{}\n", Json{{"complete", report.complete},
                            {"aborted", report.aborted},
                            {"known", report.known},
                            {"unknown", report.unknown},
                            {"failed", report.failed},
                            {"dropped", report.dropped}}
                           .dump());
  else
    fmt::print("{} complete, {} aborted; {} known already, {} unknown, {} damaged, {} dropped\n", report.complete,
               report.aborted, report.known, report.unknown, report.failed, report.dropped);
  std::fflush(stdout);
}

void feed(const Options& options, const FeedOptions& given) {
  if (given.follow && given.file == "-") throw Error{Errc::bad_request, "--follow needs the name of a file"};
  const config::Config config = load_config(options);
  const bool quiet = (given.follow || given.file == "-") && !given.verbose && !options.json;
  const Feeding::Tell tell = [&](const FeedReport& report) {
    if (!quiet) show(report, options);
  };
  Feeding{config, given, tell}.run();
}

}  // namespace

void add_log_feed_command(CLI::App& app, Options& options) {
  const auto given = std::make_shared<FeedOptions>();
  CLI::App* feed_log = app.add_subcommand("log-feed", "learn from a web server's log what it really sent");
  feed_log->add_option("FILE", given->file, "lines \"DELIVERY BYTES STATE\"; - for standard input")->capture_default_str();
  feed_log->add_flag("--follow", given->follow, "go on with what is added to FILE, also when it is rotated");
  feed_log->add_flag("-v,--verbose", given->verbose, "say what was done");
  feed_log->callback([&options, given] { feed(options, *given); });
}

}  // namespace claimcheck::admin
