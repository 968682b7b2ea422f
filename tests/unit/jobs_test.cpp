#include "cron/jobs.h"

#include "core/error.h"
#include "files/directory.h"
#include "tests/support/process.h"
#include "tests/unit/cron_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

class Jobs : public CronTest {
 protected:
  static constexpr Time end = start + seconds{86400};

  Jobs() {
    std::filesystem::create_directories(folder / "uploads");
    write_file(folder / "uploads/index.html", "");
    storages.emplace("uploads", files::open_directory(folder / "uploads"));
  }

  /// One token that has ended with its file, one whose holder is to be warned, one with a receipt and a refusal to tell of.
  void add_what_is_due() {
    write_file(folder / "uploads/file1.pdf", "the report");
    Token ended = token_of(1), warned = token_of(2), fetched = token_of(3);
    ended.version = storages.at("uploads")->open("file1.pdf", ServedAs::decrypted)->version();
    ended.rules.delete_file = true;
    warned.expires_at = fetched.expires_at = end + seconds{60};
    warned.rules.warn_before = seconds{3600};
    fetched.rules.notify = Notify::support;
    fetched.claims = {claim_of("a", 1000, start)};
    for (const Token& token : {ended, warned, fetched}) tokens.add(token);
    const RefusalRecord refusal{.token = fetched.id, .error = "file_changed", .first = end, .last = end};
    log.count({&refusal, 1});
  }

  cron::JobPorts ports_without_mail() {
    return cron::job_ports(tokens, log, removals, statistics, outbox, storages, random, pause);
  }
  cron::JobPorts ports() {
    cron::JobPorts all = ports_without_mail();
    all.seal = [this] { return seal; };
    all.send = [this](const Seal&, const cron::Run&) {
      ++sendings;
      return sending;
    };
    all.failures_read_until = [this] { return read_until; };
    all.note_failures_read_until = [this](Time until) { read_until = until; };
    all.note_heartbeat = [this](Time now) { beaten = now; };
    return all;
  }

  cron::Report run(const cron::JobPorts& with, const std::vector<std::string>& only = {}, cron::Mode mode = cron::Mode::real) {
    return cron::run_jobs(with, settings, at(end, mode), only);
  }

  /// What a report tells of that is not zero.
  static std::map<std::string, std::int64_t> done(const cron::Report& report) {
    std::map<std::string, std::int64_t> numbers;
    for (const cron::Count& count : report.counts)
      if (count.number != 0) numbers.emplace(count.key, count.number);
    return numbers;
  }
  using Numbers = std::map<std::string, std::int64_t>;

  TemporaryFolder folder;
  MemoryStatistics statistics{memory};
  Storages storages;
  const Pause pause = [](std::chrono::milliseconds) {};
  cron::JobSettings settings{
      .support = "help@example.com", .log_retention = seconds{90LL * 86400}, .token_retention = seconds{30LL * 86400}};
  cron::SendReport sending;
  int sendings = 0;
  std::optional<Time> read_until, beaten;
};

TEST_F(Jobs, DoAllThatIsDueOnce) {
  add_what_is_due();
  sending.sent = 5;
  const cron::Report first = run(ports());
  EXPECT_EQ(
      done(first),
      (Numbers{{"receipts", 1}, {"expired", 1}, {"files_removed", 1}, {"warnings", 1}, {"failures", 1}, {"mails_sent", 5}}));
  EXPECT_EQ(first.faults, std::vector<std::string>{});
  EXPECT_FALSE(first.unavailable);
  EXPECT_FALSE(std::filesystem::exists(folder / "uploads/file1.pdf"));
  EXPECT_EQ(read_until, end);
  EXPECT_EQ(beaten, end);
  sending = {};
  EXPECT_EQ(done(run(ports())), Numbers{});
}

TEST_F(Jobs, ADryRunTellsTheSameAndChangesNothing) {
  add_what_is_due();
  const cron::Report report = run(ports(), {}, cron::Mode::dry_run);
  EXPECT_TRUE(report.dry_run);
  EXPECT_EQ(done(report), (Numbers{{"receipts", 1}, {"expired", 1}, {"files_removed", 1}, {"warnings", 1}, {"failures", 1}}));
  EXPECT_TRUE(std::filesystem::exists(folder / "uploads/file1.pdf"));
  EXPECT_TRUE(outbox.list(10).empty());
  EXPECT_EQ(read_until, std::nullopt);
  EXPECT_EQ(beaten, std::nullopt);
  EXPECT_EQ(done(run(ports())), done(report));
}

TEST_F(Jobs, OnlyThoseThatAreNamedRun) {
  EXPECT_EQ(cron::job_names(),
            (std::vector<std::string>{"settle", "expire", "warn", "report", "orphans", "tally", "purge", "send", "heartbeat"}));
  const struct {
    std::vector<std::string> only;
    Numbers done;
  } cases[] = {
      {{"heartbeat", "orphans", "purge"}, {}},
      {{"warn"}, {{"warnings", 1}}},
      {{"report", "settle"}, {{"receipts", 1}, {"failures", 1}}},
      {{"expire"}, {{"expired", 1}, {"files_removed", 1}}},
  };
  add_what_is_due();
  for (const auto& c : cases) EXPECT_EQ(done(run(ports(), c.only)), c.done);
  EXPECT_EQ(sendings, 0);
}

TEST_F(Jobs, CleanUpNeedsNothingThatIsOfMail) {
  add_what_is_due();
  const cron::Report report = run(ports_without_mail(), {"settle", "expire", "orphans", "purge"});
  EXPECT_EQ(done(report), (Numbers{{"expired", 1}, {"files_removed", 1}}));
  EXPECT_EQ(report.faults, std::vector<std::string>{});
  EXPECT_TRUE(outbox.list(10).empty());
}

TEST_F(Jobs, WithoutTheKeyOfMailsNothingIsTakenForToldAndTheOthersRun) {
  add_what_is_due();
  cron::JobPorts without = ports();
  without.seal = []() -> Seal { throw Error{Errc::unavailable, "no key"}; };
  const cron::Report report = run(without);
  EXPECT_EQ(report.faults, (std::vector<std::string>{"settle: no key", "warn: no key", "report: no key", "send: no key"}));
  EXPECT_TRUE(report.unavailable);
  EXPECT_EQ(done(report), (Numbers{{"expired", 1}, {"files_removed", 1}}));
  EXPECT_EQ(sendings, 0);
  EXPECT_EQ(beaten, end);
  EXPECT_EQ(done(run(ports())), (Numbers{{"receipts", 1}, {"warnings", 1}, {"failures", 1}})) << "as soon as there is one";
}

TEST_F(Jobs, WhatCouldNotBeDoneIsToldWithTheJobsName) {
  const struct {
    const char* name;
    cron::SendReport sending;
    std::vector<std::string> faults;
  } cases[] = {
      {"all went out", {.sent = 2}, {}},
      {"a server put some off", {.postponed = 2}, {}},
      {"no server", {.fault = "connection refused"}, {"send: the mail server cannot be used: connection refused"}},
      {"some can never go", {.failed = 2}, {"send: 2 mails can never be sent; `claimcheck mail list` tells why"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    sending = c.sending;
    const cron::Report report = run(ports());
    EXPECT_EQ(report.faults, c.faults);
    EXPECT_FALSE(report.unavailable) << "a mail server's state is not ours to wait for";
  }
}

TEST_F(Jobs, AStorageThatCannotBeReachedIsAFaultThatMayPass) {
  add_what_is_due();
  std::filesystem::remove_all(folder / "uploads");
  const cron::Report report = run(ports(), {"expire"});
  ASSERT_EQ(report.faults.size(), 1U);
  EXPECT_TRUE(report.faults.front().starts_with("expire: 1 of the files to remove are left: ")) << report.faults.front();
  EXPECT_TRUE(report.unavailable);
}

TEST_F(Jobs, NothingNewIsBegunWhenTimeIsUp) {
  add_what_is_due();
  cron::Run late = at(end);
  late.time_is_up = [] { return true; };
  const std::vector<std::string> only{"settle", "expire", "orphans", "purge"};
  EXPECT_EQ(done(cron::run_jobs(ports(), settings, late, only)), Numbers{});
  EXPECT_TRUE(std::filesystem::exists(folder / "uploads/file1.pdf"));
}

TEST_F(Jobs, TheLogIsNotForgottenBeforeItIsTallied) {
  settings.log_retention = seconds{0};
  const RefusalRecord refusal{.token = token_of(1).id, .error = "token_expired", .first = start, .last = start};
  log.count({&refusal, 1});
  EXPECT_EQ(done(run(ports(), {"purge"})), Numbers{});
  EXPECT_EQ(done(run(ports(), {"tally", "purge"})).at("log_rows_removed"), 1);
}

TEST_F(Jobs, FailuresAreReportedOnFromWhereTheLastRunEnded) {
  add_what_is_due();
  read_until = end + std::chrono::hours{1};
  EXPECT_EQ(done(run(ports(), {"report"})), Numbers{});
  read_until = std::nullopt;
  EXPECT_EQ(done(run(ports(), {"report"})), (Numbers{{"failures", 1}})) << "the first run looks a day back";
}

}  // namespace
}  // namespace claimcheck
