#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

const std::string program = (fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck").string();

/// A site whose web server sends the files, and logs what it sent.
class LogFeed : public testing::Test {
 protected:
  explicit LogFeed(const std::string& store_url = {}) : site{store_url, "[policy.handed]\nexact = \"never\"\nmax_uses = 1\n"} {}

  void start_apache(const std::string& target) {
    site.deliver_by("local");
    front = start(Front::apache_fcgid, site,
                  {{"LogLevel warn\n", fmt::format("LogLevel warn\nLogFormat \"%{{X-Request-Id}}o %O %X\" deliveries\n"
                                                   "CustomLog \"{}\" deliveries\n",
                                                   target)}});
  }

  void start_nginx() {
    site.deliver_by("accel");
    front = start(Front::nginx, site,
                  {{"  server {\n",
                    fmt::format("  log_format deliveries '$upstream_http_x_request_id $body_bytes_sent $request_completion';\n"
                                "  server {{\n  access_log {} deliveries;\n",
                                log.string())}});
  }

  /// As logrotate does it.
  void rotate() {
    fs::rename(log, log.string() + ".1");
    ASSERT_EQ(::kill(std::stoi(read_file(site.folder() / "nginx/pid")), SIGUSR1), 0);
    wait_until("nginx writes to a new log", [&] { return fs::exists(log); });
  }

  std::unique_ptr<Process> follow() {
    return std::make_unique<Process>(
        as_site_user({program, "--config", site.config().string(), "log-feed", "--follow", log.string(), "--verbose"}), said);
  }

  Issued issue() { return site.issue(file, {.policy = "handed"}); }
  Answer take_some(const Issued& link) { return fetch(site.port(), {.target = link.path}, {.stop_after = 1'000'000}); }
  void expect_whole(const Issued& link) {
    const Answer answer = fetch(site.port(), {.target = link.path});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.sha256, digest);
  }
  void expect_used_up(const Issued& link) {
    EXPECT_EQ(fetch(site.port(), {.target = link.path}).status, 410);
    EXPECT_EQ(site.show(link.id).at("uses"), 1);
  }

  /// What is known of a link once so many of its deliveries ended in a way.
  nlohmann::json told(const Issued& link, const std::string& outcome, std::size_t count = 1) {
    nlohmann::json shown;
    wait_until(fmt::format("{} deliveries are {}", count, outcome), [&] {
      shown = site.show(link.id);
      const auto& deliveries = shown.at("deliveries");
      return std::ranges::count_if(deliveries, [&](const auto& each) { return each.at("outcome") == outcome; }) ==
             static_cast<std::ptrdiff_t>(count);
    });
    return shown;
  }

  /// The promise, whoever reads the log.
  void expect_corrections() {
    const Issued whole = issue();
    expect_whole(whole);
    const auto complete = told(whole, "complete");
    EXPECT_EQ(complete.at("deliveries").at(0).at("sent"), content.size());
    EXPECT_FALSE(complete.at("claims").at(0).at("completed").is_null());
    expect_used_up(whole);

    const Issued broken = issue();
    EXPECT_EQ(take_some(broken).status, 200);
    const auto aborted = told(broken, "aborted");
    EXPECT_GE(aborted.at("deliveries").at(0).at("sent"), 1'000'000);
    EXPECT_LT(aborted.at("deliveries").at(0).at("sent"), content.size() * 2 / 3);
    EXPECT_TRUE(aborted.at("claims").at(0).at("completed").is_null());
    expect_whole(broken);
    told(broken, "complete");
    expect_used_up(broken);
  }

  Site site;
  const std::string content = noise(30'000'000), digest = sha256(content);
  std::string file = site.add_file("film.bin", content);
  fs::path log = site.folder() / "log/deliveries.log", said = site.folder() / "log/feed.out";
  std::unique_ptr<FrontEnd> front;
};

TEST_F(LogFeed, ApacheTellsThroughAPipeWhatItSent) {
  start_apache(fmt::format("|{} log-feed --verbose --config {}", program, site.config().string()));
  expect_corrections();
  const Issued open = site.issue(file, {.policy = "open"});
  EXPECT_EQ(fetch(site.port(), {.method = "HEAD", .target = open.path}).status, 200);
  EXPECT_EQ(take_some(open).status, 200);
  told(open, "aborted");
  const fs::path error_log = site.folder() / "apache/error.log";
  front.reset();
  wait_until("the feed ends with its web server",
             [&] { return read_file(error_log).find("2 complete, 2 aborted; ") != std::string::npos; });
}

TEST_F(LogFeed, AFileIsFollowedAcrossItsRotationAndARestart) {
  start_nginx();
  auto feed = follow();
  expect_corrections();
  rotate();
  expect_corrections();
  feed->stop();
  EXPECT_EQ(feed->wait(), 0) << read_file(said);

  const Issued meanwhile = issue();
  take_some(meanwhile);
  EXPECT_EQ(told(meanwhile, "handed_off").at("uses"), 1);
  rotate();
  fs::remove(said);
  feed = follow();
  told(meanwhile, "aborted");
  feed->stop();
  EXPECT_NE(read_file(said).find("0 complete, 1 aborted; 0 known already"), std::string::npos)
      << "it went on where it had stopped: " << read_file(said);
}

TEST_F(LogFeed, WithoutItADeliveryStaysHandedOffUntilTheLogIsRead) {
  start_nginx();
  const Issued link = issue();
  EXPECT_EQ(take_some(link).status, 200);
  EXPECT_FALSE(told(link, "handed_off").at("claims").at(0).at("completed").is_null());
  expect_used_up(link);
  // The log's line is written once nginx has noticed that the client is gone.
  wait_until("nginx has logged it", [&] { return read_file(log).find(" \n") != std::string::npos; });
  const auto report = site.ask({"log-feed", log.string()});
  EXPECT_EQ(report.at("aborted"), 1);
  EXPECT_EQ(report.at("complete"), 0);
  told(link, "aborted");
  expect_whole(link);
  told(link, "handed_off");
  expect_used_up(link);
  const Finished again = site.command({"log-feed", log.string()});
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(again.out, "1 complete, 0 aborted; 1 known already, 0 unknown, 0 damaged, 0 dropped\n") << again.err;
}

TEST_F(LogFeed, LinesAreReadFromStandardInput) {
  const std::string lines = "- 512 +\n0123456789abcdef 30000000 OK\nnonsense\n";
  const Finished finished = run(as_site_user({program, "--config", site.config().string(), "--json", "log-feed"}),
                                std::chrono::seconds{120}, {}, lines);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(nlohmann::json::parse(finished.out).at("unknown"), 1);
  EXPECT_EQ(site.command({"log-feed", "--follow"}).status, 2);
  EXPECT_EQ(site.command({"log-feed", "/nosuch"}).status, 2);
}

struct WithDatabase {
  MariaDb database;
};

class DatabaseDownForLogFeed : protected WithDatabase, public LogFeed {
 protected:
  DatabaseDownForLogFeed() : LogFeed{database.fresh_schema("claims")} {}

  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t times = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
    return times;
  }
};

TEST_F(DatabaseDownForLogFeed, LinesAreKeptUntilItIsBack) {
  start_nginx();
  const Issued early = issue(), late = issue();
  take_some(early);
  told(early, "handed_off");
  database.kill();
  const auto feed = follow();
  const auto says = [&](const std::string& part, std::size_t times) {
    wait_until(part, [&] { return count(read_file(said), part) == times; });
  };
  says("kept and tried again", 1);
  database.start();
  told(early, "aborted");
  says("the database is back", 1);

  take_some(late);
  database.kill();
  says("kept and tried again", 2);
  database.start();
  told(late, "aborted");
  EXPECT_EQ(count(read_file(said), "kept and tried again"), 2U) << read_file(said);
  EXPECT_TRUE(feed->running());
}

}  // namespace
}  // namespace claimcheck
