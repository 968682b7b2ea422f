#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/sha256.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

milliseconds since(steady_clock::time_point begun) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
}

/// One worker on a MariaDB of its own, which the test may end.
class DatabaseDown : public testing::Test {
 protected:
  FastCgiAnswer ask(const std::string& target, const std::string& accept = "*/*") {
    return call(address, cgi_variables({.target = target, .headers = {{"Accept", accept}}}));
  }

  MariaDb database;
  Site site{database.fresh_schema("claims")};
  const std::string content = std::string(20'000'000, 'd');
  Issued token = site.issue(site.add_file("film.bin", content));
  std::unique_ptr<Process> worker = site.start_worker("worker", 4);
  std::string address = site.socket_address("worker");
};

TEST_F(DatabaseDown, EveryRequestIsUnavailableAtOnceAndNothingIsCounted) {
  ASSERT_EQ(ask("/dl/readyz").status, 200);
  database.kill();
  for (int i = 0; i < 20; ++i) {
    const auto begun = steady_clock::now();
    const FastCgiAnswer answer = ask(token.path);
    EXPECT_LT(since(begun), milliseconds{2000});
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.header("Retry-After").has_value());
    EXPECT_EQ(answer.header("Cache-Control"), "private, no-store");
  }
  EXPECT_EQ(ask("/dl/readyz").status, 503);
  EXPECT_EQ(ask("/dl/healthz").status, 200);
  const auto json = nlohmann::json::parse(ask(token.path, "application/json").body);
  EXPECT_EQ(json.at("error"), "unavailable");
  EXPECT_EQ(json.dump().find("MySQL"), std::string::npos) << "the reason is for the log";
  EXPECT_NE(site.log().find("\"event\":\"fault\""), std::string::npos);

  database.start();
  wait_until("the worker finds the database again", [&] { return ask("/dl/readyz").status == 200; }, milliseconds{5000});
  EXPECT_TRUE(worker->running());
  EXPECT_EQ(site.show(token.id).at("uses"), 0);
  EXPECT_EQ(ask(token.path).sha256, sha256(content));
  EXPECT_EQ(site.show(token.id).at("uses"), 1);
}

TEST_F(DatabaseDown, AServerThatHangsMakesRequestsUnavailableSoon) {
  ASSERT_EQ(ask("/dl/readyz").status, 200);
  database.suspend();
  const auto begun = steady_clock::now();
  EXPECT_EQ(ask(token.path).status, 503);
  EXPECT_LT(since(begun), milliseconds{4500});
  database.resume();
  wait_until("the worker finds the database again", [&] { return ask("/dl/readyz").status == 200; }, milliseconds{5000});
  EXPECT_EQ(site.show(token.id).at("uses"), 0);
}

TEST_F(DatabaseDown, ADownloadUnderWayIsFinishedAndItsUseIsNotLost) {
  FastCgiExchange exchange{address};
  exchange.request(cgi_variables({.target = token.path}));
  wait_until("the download has begun", [&] { return site.show(token.id).at("uses") == 1; });
  database.kill();
  const FastCgiAnswer answer = exchange.answer();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.sha256, sha256(content));
  database.start();
  wait_until("the worker finds the database again", [&] { return ask("/dl/readyz").status == 200; }, milliseconds{5000});
  // The end could not be stored, so the store still sees a download that does not move; its use goes on, no other is opened.
  EXPECT_EQ(site.show(token.id).at("uses"), 1);
  FastCgiAnswer resumed;
  resumed = call(address, cgi_variables({.target = token.path, .headers = {{"Range", "bytes=15000000-"}}}));
  EXPECT_EQ(resumed.status, 206);
  EXPECT_EQ(resumed.received, 5'000'000U);
  EXPECT_EQ(site.show(token.id).at("uses"), 1);
}

TEST_F(DatabaseDown, WithoutTablesTheSiteIsNotReady) {
  Site empty{database.fresh_schema("empty")};
  const auto other = empty.start_worker("other", 2);
  run({"mariadb", "--socket=" + database.socket(), "--user=root", "-e", "DROP DATABASE empty; CREATE DATABASE empty"});
  const auto ask_other = [&](const std::string& target) {
    return call(empty.socket_address("other"), cgi_variables({.target = target})).status;
  };
  EXPECT_EQ(ask_other("/dl/readyz"), 503);
  EXPECT_EQ(ask_other("/dl/" + secret_that_opens_nothing), 503);
  EXPECT_EQ(ask_other("/dl/healthz"), 200);
}

}  // namespace
}  // namespace claimcheck
