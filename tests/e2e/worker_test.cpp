#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fcgi/connection.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

const std::string large(32 << 20, 'w');

Reading only(std::uint64_t bytes) {
  return {.stop_after = bytes};
}

class Worker : public testing::Test {
 protected:
  static std::string binary() { return (std::filesystem::path{CLAIMCHECK_BIN_DIR} / "claimcheck.fcgi").string(); }

  FastCgiAnswer ask(const HttpRequest& request, const Reading& reading = {}) {
    return call(site.socket_address("worker"), cgi_variables(request), request.body, reading);
  }

  nlohmann::json show() { return site.show(token.id); }

  Site site{{},
            "[worker]\ndrain = \"2s\"\n[policy.careful]\nconfirm = \"always\"\n[policy.plain]\nconfirm = "
            "\"never\"\n[policy.any]\non_change = \"serve\"\n"};
  Issued token = site.issue(site.add_file("film.bin", large));
  const HttpRequest whole{.target = token.path};
};

TEST_F(Worker, ListensWhereOnlyTheWebServerCanReachIt) {
  const auto worker = site.start_worker("worker");
  const std::string path = site.socket_address("worker").substr(5);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0660U);
  for (const char* address : {"tcp:0.0.0.0:9000", "tcp:192.0.2.1:9000", "tcp:127.0.0.1:x", "somewhere"}) {
    const Finished refused = run({binary(), "--config", site.config(), "--listen", address});
    EXPECT_NE(refused.status, 0) << address;
    EXPECT_NE(refused.err.find("error:"), std::string::npos) << address;
  }
  const Finished alone = run({binary(), "--config", site.config()}, std::chrono::seconds{10});
  EXPECT_EQ(alone.status, 2);
  EXPECT_NE(alone.err.find("--listen"), std::string::npos);
}

TEST_F(Worker, AnswersOverLoopbackTcpToo) {
  const std::string address = fmt::format("tcp:127.0.0.1:{}", free_port());
  Process worker{{binary(), "--config", site.config(), "--listen", address, "--threads", "2"}, site.folder() / "tcp.log"};
  wait_until("the worker listens", [&] {
    try {
      return call(address, cgi_variables({.target = "/dl/healthz"})).status == 200;
    } catch (const std::exception&) {
      return false;
    }
  });
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait(std::chrono::seconds{5}), 0);
}

TEST_F(Worker, ArgumentsInACgiQueryAreNoneOfOurs) {
  const Finished finished =
      run({binary(), "--config", "/etc/passwd"}, std::chrono::seconds{10},
          {"GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=GET", "REQUEST_URI=/dl/healthz?--config%20/etc/passwd",
           "CLAIMCHECK_CONFIG=" + site.config().string()});
  EXPECT_EQ(finished.status, 0);
  EXPECT_TRUE(finished.out.starts_with("Status: 200 OK\r\n")) << finished.out << finished.err;
}

TEST_F(Worker, EndsAtOnceWhenIdleAndAfterItsDownloadsOtherwise) {
  auto idle = site.start_worker("worker");
  idle->signal(SIGTERM);
  EXPECT_EQ(idle->wait(std::chrono::seconds{2}), 0);

  auto busy = site.start_worker("worker");
  FastCgiExchange exchange{site.socket_address("worker")};
  exchange.request(cgi_variables(whole));
  wait_until("the download has begun", [&] { return show().at("uses") == 1; });
  busy->signal(SIGTERM);
  const FastCgiAnswer answer = exchange.answer();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.sha256, sha256(large));
  EXPECT_EQ(busy->wait(std::chrono::seconds{5}), 0);
  EXPECT_EQ(show().at("deliveries").at(0).at("outcome"), "complete");
}

TEST_F(Worker, CutsADownloadThatOutlastsTheDrainAndItsUseGoesOn) {
  auto worker = site.start_worker("worker");
  FastCgiExchange slow{site.socket_address("worker")};
  slow.request(cgi_variables(whole));
  wait_until("the download has begun", [&] { return show().at("uses") == 1; });
  worker->signal(SIGTERM);
  EXPECT_EQ(worker->wait(std::chrono::seconds{8}), 0);
  EXPECT_EQ(show().at("deliveries").at(0).at("outcome"), "aborted");
  slow.close();
  worker = site.start_worker("worker");
  EXPECT_EQ(ask(whole).sha256, sha256(large)) << "from zero again, on the same use";
  EXPECT_EQ(show().at("uses"), 1);
}

TEST_F(Worker, ASecondOneTakesTheSocketOverWhileTheFirstDrains) {
  auto first = site.start_worker("worker");
  FastCgiExchange exchange{site.socket_address("worker")};
  exchange.request(cgi_variables(whole));
  wait_until("the download has begun", [&] { return show().at("uses") == 1; });
  const auto second = site.start_worker("worker");
  wait_until("the second has taken over", [&] {
    const std::string log = site.log();
    return log.find("\"started\"") != log.rfind("\"started\"");
  });
  first->signal(SIGTERM);
  EXPECT_EQ(ask({.target = "/dl/healthz"}).status, 200);
  EXPECT_TRUE(exchange.answer().complete);
  EXPECT_EQ(first->wait(std::chrono::seconds{5}), 0);
  EXPECT_EQ(ask({.target = "/dl/healthz"}).status, 200);
}

TEST_F(Worker, AClientThatGoesAwayIsLoggedWithWhatItTook) {
  const auto worker = site.start_worker("worker");
  const FastCgiAnswer part = ask(whole, only(5'000'000));
  EXPECT_GE(part.received, 5'000'000U);
  wait_until("the abort is settled", [&] { return !show().at("deliveries").empty(); });
  const auto delivery = show().at("deliveries").at(0);
  EXPECT_EQ(delivery.at("outcome"), "aborted");
  EXPECT_GE(delivery.at("sent"), 5'000'000);
  EXPECT_LE(delivery.at("sent"), part.received + 6'000'000);
  EXPECT_EQ(delivery.at("network"), "127.0.0.0");
}

TEST_F(Worker, ASecondDownloadFromTheStartWaitsForTheFirst) {
  const auto worker = site.start_worker("worker");
  FastCgiExchange first{site.socket_address("worker")};
  first.request(cgi_variables(whole));
  wait_until("the download has begun", [&] { return show().at("uses") == 1; });
  const FastCgiAnswer second = ask(whole);
  EXPECT_EQ(second.status, 409);
  EXPECT_TRUE(second.header("Retry-After").has_value());
  first.close();
  wait_until("it has gone", [&] { return ask({.method = "HEAD", .target = token.path}).status == 200; });
  EXPECT_EQ(ask(whole).sha256, sha256(large));
  EXPECT_EQ(show().at("uses"), 1);
}

TEST_F(Worker, AnswersThatNobodyReadsHoldNoThread) {
  const auto worker = site.start_worker("worker", 1);
  const Issued small = site.issue(site.add_file("small.bin", "small"), {.policy = "open"});
  constexpr int answers = 20;
  std::vector<std::unique_ptr<FastCgiExchange>> silent;
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < answers; ++i) {
    silent.push_back(std::make_unique<FastCgiExchange>(site.socket_address("worker")));
    silent.back()->request(cgi_variables({.target = i % 2 == 0 ? small.path : "/dl/healthz"}));
  }
  EXPECT_EQ(ask({.target = "/dl/healthz"}).status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, answers * fcgi::longest_linger / 2) << "their moments to close";
  for (auto& exchange : silent) EXPECT_TRUE(exchange->answer().complete);
}

TEST_F(Worker, LookingCountsNothingAndTheButtonLeadsToAClaim) {
  const auto worker = site.start_worker("worker");
  const std::string html = "text/html,application/xhtml+xml,*/*;q=0.8";
  const HttpRequest looks[] = {
      {.method = "HEAD", .target = token.path},
      {.method = "OPTIONS", .target = token.path},
      {.target = token.path, .headers = {{"Accept", html}}},
      {.target = token.path, .headers = {{"Accept", "application/json"}}},
      {.target = token.path, .headers = {{"Sec-Purpose", "prefetch;prerender"}}},
      {.target = token.path, .headers = {{"Purpose", "preview"}}},
      {.target = token.path, .headers = {{"If-None-Match", "*"}}},
      {.target = token.path, .headers = {{"If-Match", "\"another\""}}},
      {.target = token.path, .headers = {{"Range", "bytes=99999999999-"}}},
  };
  for (const HttpRequest& look : looks) {
    EXPECT_LT(ask(look).received, 10'000U);
    EXPECT_EQ(show().at("uses"), 0);
  }
  EXPECT_NE(ask(looks[2]).body.find("<form class=\"download\" method=\"post\">"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(ask(looks[3]).body).at("uses_left"), 1);

  const FastCgiAnswer pressed = ask({.method = "POST", .target = token.path});
  ASSERT_EQ(pressed.status, 303);
  const std::string address = pressed.header("Location").value();
  EXPECT_TRUE(address.starts_with(token.url + "/")) << address;
  EXPECT_TRUE(address.ends_with("/film.bin")) << address;
  EXPECT_EQ(ask({.method = "POST", .target = token.path}).header("Location"), address) << "pressed twice, one claim";
  EXPECT_EQ(show().at("uses"), 1);
  const std::string claim = address.substr(token.url.size() - token.path.size());
  EXPECT_EQ(ask({.target = claim, .headers = {{"Accept", html}}}).sha256, sha256(large));
  EXPECT_EQ(ask({.target = claim}).sha256, sha256(large)) << "the same browser may try again";
  EXPECT_EQ(ask({.target = claim + ".css"}).status, 404);
  EXPECT_EQ(ask(whole).status, 410);
  EXPECT_EQ(show().at("uses"), 1);
}

TEST_F(Worker, ThePolicyDecidesWhoSeesThePage) {
  const auto worker = site.start_worker("worker");
  const std::string file = site.add_file("small.bin", "small");
  const struct {
    const char* policy;
    const char* accept;
    bool page;
  } cases[] = {{"careful", "*/*", true}, {"careful", "text/html", true}, {"plain", "text/html", false},
               {"plain", "*/*", false},  {"open", "text/html", false},   {"default", "text/html", true},
               {"default", "*/*", false}};
  for (const auto& c : cases) {
    SCOPED_TRACE(fmt::format("{} {}", c.policy, c.accept));
    const Issued each = site.issue(file, {.policy = c.policy});
    const FastCgiAnswer answer = ask({.target = each.path, .headers = {{"Accept", c.accept}}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body == "small", !c.page) << answer.body;
  }
}

TEST_F(Worker, AReplacedFileIsRefusedUnlessThePolicySaysOtherwise) {
  const auto worker = site.start_worker("worker");
  const std::string file = site.add_file("price list.pdf", "old");
  const Issued strict = site.issue(file), any = site.issue(file, {.policy = "any"});
  site.add_file("price list.pdf", "newer");
  EXPECT_EQ(ask({.target = strict.path}).status, 410);
  EXPECT_EQ(site.show(strict.id).at("uses"), 0);
  EXPECT_EQ(ask({.target = any.path}).body, "newer");
}

TEST_F(Worker, EveryLogLineIsAnObjectWithoutSecretsOrAddresses) {
  const auto worker = site.start_worker("worker");
  Fields variables =
      cgi_variables({.target = token.path, .headers = {{"User-Agent", "x\"\r\n\x1b[31m{\"event\":\"forged\"}"}}});
  for (auto& [name, value] : variables)
    if (name == "REMOTE_ADDR") value = "198.51.100.77";
  call(site.socket_address("worker"), variables);
  ask({.target = "/dl/%0a%1b{\"event\":\"forged\"}"});
  ask(whole);
  // An answer is logged after it has gone out: started, the first download and its request, and two refusals.
  wait_until("everything is logged", [&] { return std::ranges::count(site.log(), '\n') >= 5; });
  std::istringstream lines{site.log()};
  for (std::string line; std::getline(lines, line);) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(object.is_object()) << line;
    EXPECT_TRUE(object.contains("time") && object.contains("level") && object.contains("event")) << line;
    EXPECT_NE(object.at("event"), "forged");
  }
  for (const std::string& hidden : {token.secret, std::string{"198.51.100.77"}})
    EXPECT_EQ(site.log().find(hidden), std::string::npos);
}

TEST_F(Worker, AuthorizationReachesItThroughSharedHosting) {
  for (const Front kind : {Front::apache_fcgid, Front::apache_cgi}) {
    SCOPED_TRACE(name_of(kind));
    const std::string key = site.ask({"key", "add", name_of(kind), "--scope", "issue"}).at("key");
    const auto front = start(kind, site);
    const Answer issued = fetch(site.port(), {.method = "POST",
                                              .target = "/dl/v1/tokens",
                                              .headers = {{"Authorization", "Bearer " + key}},
                                              .body = R"({"file":"2026/11/film.bin"})"});
    ASSERT_EQ(issued.status, 201) << issued.body << front->log();
    const std::string secret = nlohmann::json::parse(issued.body).at("secret");
    EXPECT_EQ(fetch(site.port(), {.target = "/dl/" + secret}).sha256, sha256(large));
  }
}

}  // namespace
}  // namespace claimcheck
