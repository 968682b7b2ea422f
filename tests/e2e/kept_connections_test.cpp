// Front ends that ask for one thing after the other on the same connection (FCGI_KEEP_CONN, FastCGI 1.0 section 5.1).

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/nginx.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// How many sockets a process has, once none comes or goes any more.
std::ptrdiff_t sockets_of(pid_t process) {
  const auto is_socket = [](const fs::directory_entry& each) {
    std::error_code closed_meanwhile;
    return fs::read_symlink(each, closed_meanwhile).string().starts_with("socket:");
  };
  constexpr int often = 10;
  std::ptrdiff_t count = 0;
  int the_same = 0;
  wait_until("its sockets stay", [&] {
    const fs::directory_iterator all{fmt::format("/proc/{}/fd", process)};
    const std::ptrdiff_t now = std::count_if(fs::begin(all), fs::end(all), is_socket);
    the_same = std::exchange(count, now) == now ? the_same + 1 : 0;
    return the_same == often;
  });
  return count;
}

class KeptConnections : public testing::Test {
 protected:
  /// One request on a connection that stays, and its answer.
  static FastCgiAnswer ask(FastCgiExchange& line, const HttpRequest& request, const Reading& reading = {}) {
    if (!line.request(cgi_variables(request), request.body, true)) throw std::runtime_error("the worker has closed");
    return line.answer(reading);
  }
  /// Whether the worker has closed a connection on which nothing was asked for.
  static bool is_closed(FastCgiExchange& line) {
    const FastCgiAnswer answer = line.answer();
    return answer.status == 0 && !answer.ended;
  }
  std::unique_ptr<FastCgiExchange> connect() const { return std::make_unique<FastCgiExchange>(site.socket_address("worker")); }
  HttpRequest issue_request() const {
    return {.method = "POST",
            .target = "/dl/v1/tokens",
            .headers = {{"Authorization", "Bearer " + key}, {"Content-Type", "application/json"}},
            .body = nlohmann::json{{"file", small_file}}.dump()};
  }

  Site site{{}, "[worker]\ndrain = \"5s\"\nread_timeout = \"1s\"\n"};
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  const std::string small = noise(20'000), large = std::string(8 << 20, 'w');
  const std::string small_file = site.add_file("leaflet.pdf", small), large_file = site.add_file("film.bin", large);
};

TEST_F(KeptConnections, GetAnswerAfterAnswerWhateverIsAskedFor) {
  const auto worker = site.start_worker("worker");
  const Issued open = site.issue(small_file, {.policy = "open"}), film = site.issue(large_file, {.policy = "open"});
  const auto line = connect();
  const HttpRequest too_large{.method = "POST", .target = "/dl/v1/tokens", .body = std::string(300'000, 'x')};
  const struct {
    const char* name;
    HttpRequest request;
    int status;
    std::string digest;  ///< of the body; empty: any
  } cases[] = {
      {"a file", {.target = open.path}, 200, sha256(small)},
      {"its head", {.method = "HEAD", .target = open.path}, 200, sha256("")},
      {"a part", {.target = open.path, .headers = {{"Range", "bytes=5-8"}}}, 206, sha256(small.substr(5, 4))},
      {"nobody's link", {.target = "/dl/" + std::string(64, 'Z')}, 404, ""},
      {"more than fits into a socket", {.target = film.path}, 200, sha256(large)},
      {"a body", issue_request(), 201, ""},
      {"a body that is too large", too_large, 413, ""},
      {"a file again", {.target = open.path}, 200, sha256(small)},
      {"a file that has not changed", {.target = open.path, .headers = {{"If-None-Match", "*"}}}, 304, ""},
      {"a method that nobody knows", {.method = "BREW", .target = open.path}, 405, ""},
  };
  for (int round = 0; round < 3; ++round) {
    for (const auto& c : cases) {
      SCOPED_TRACE(c.name);
      const FastCgiAnswer answer = ask(*line, c.request);
      EXPECT_EQ(answer.status, c.status) << answer.body;
      EXPECT_TRUE(answer.complete);
      if (!c.digest.empty()) {
        EXPECT_EQ(answer.sha256, c.digest);
      }
    }
  }
}

TEST_F(KeptConnections, CountEachDownloadAsAnyOther) {
  const auto worker = site.start_worker("worker");
  const auto line = connect();
  for (int i = 0; i < 3; ++i) {
    const Issued once = site.issue(small_file);
    EXPECT_EQ(ask(*line, {.target = once.path}).sha256, sha256(small));
    EXPECT_EQ(ask(*line, {.target = once.path}).status, 410);
    EXPECT_EQ(site.show(once.id).at("uses"), 1);
    wait_until("the delivery is told of", [&] { return !site.show(once.id).at("deliveries").empty(); });
    EXPECT_EQ(site.show(once.id).at("deliveries").at(0).at("outcome"), "complete");
  }
}

TEST_F(KeptConnections, AreClosedIfTheFrontEndWantsItOrSomethingBreaksOff) {
  const auto worker = site.start_worker("worker");
  const auto politely = connect();
  ASSERT_EQ(ask(*politely, {.target = "/dl/healthz"}).status, 200);
  politely->request(cgi_variables({.target = "/dl/healthz"}));
  EXPECT_EQ(politely->answer().status, 200);
  EXPECT_TRUE(is_closed(*politely)) << "its last request did not ask to keep it";

  const auto late = connect();
  const HttpRequest without_body{.method = "POST", .target = "/dl/v1/tokens", .headers = {{"Content-Length", "10"}}};
  late->send(fastcgi::begin(fastcgi::responder, true) +
             fastcgi::stream(fastcgi::params, fastcgi::pairs(cgi_variables(without_body))));
  EXPECT_EQ(late->answer().status, 400);
  EXPECT_TRUE(is_closed(*late)) << "what comes of the body later would be taken for the next request";

  const Issued film = site.issue(large_file);
  const auto cut = connect();
  cut->request(cgi_variables({.target = film.path}), {}, true);
  ASSERT_EQ(cut->answer({.stop_after = 1}).status, 200);
  fs::resize_file(site.uploads() / large_file, large.size() / 2);
  const FastCgiAnswer rest = cut->answer();
  EXPECT_FALSE(rest.ended) << "an answer that broke off must not look complete";
}

TEST_F(KeptConnections, HoldNoThreadWhileTheyRest) {
  const auto worker = site.start_worker("worker", 2);
  const std::ptrdiff_t before = sockets_of(worker->pid());
  std::vector<std::unique_ptr<FastCgiExchange>> resting;
  for (int i = 0; i < 100; ++i) {
    resting.push_back(connect());
    ASSERT_EQ(ask(*resting.back(), {.target = "/dl/healthz"}).status, 200);
  }
  EXPECT_EQ(call(site.socket_address("worker"), cgi_variables({.target = "/dl/healthz"})).status, 200);
  for (auto& line : resting) EXPECT_EQ(ask(*line, {.target = "/dl/healthz"}).status, 200);
  resting.clear();
  wait_until("the worker has found them at their end", [&] { return sockets_of(worker->pid()) == before; });
}

TEST_F(KeptConnections, AreAnsweredOnceMoreByAWorkerThatEndsAndThenClosed) {
  auto worker = site.start_worker("worker");
  const auto used = connect(), idle = connect();
  for (const auto& line : {used.get(), idle.get()}) ASSERT_EQ(ask(*line, {.target = "/dl/healthz"}).status, 200);
  FastCgiExchange download{site.socket_address("worker")};
  const Issued film = site.issue(large_file);
  download.request(cgi_variables({.target = film.path}), {}, true);
  ASSERT_EQ(download.answer({.stop_after = 1}).status, 200);
  worker->signal(SIGTERM);
  EXPECT_EQ(ask(*used, {.target = "/dl/healthz"}).status, 200);
  EXPECT_TRUE(is_closed(*used));
  EXPECT_TRUE(download.answer().ended);
  EXPECT_TRUE(is_closed(download));
  EXPECT_EQ(worker->wait(std::chrono::seconds{10}), 0);
  EXPECT_TRUE(is_closed(*idle));
}

TEST_F(KeptConnections, NginxDoesWithAFewForHundredsOfRequests) {
  const auto worker = site.start_worker("worker");
  const std::ptrdiff_t before = sockets_of(worker->pid());
  const std::string address = site.socket_address("worker");
  const auto server = start_nginx(site, {address, address});  // several, so that it keeps connections to them
  const Issued open = site.issue(small_file, {.policy = "open"});
  for (int i = 0; i < 300; ++i) {
    const bool issues = i % 10 == 0;
    const Answer answer = fetch(site.port(), issues ? issue_request() : HttpRequest{.target = open.path});
    ASSERT_EQ(answer.status, issues ? 201 : 200) << answer.body << server->log();
    if (!issues) {
      ASSERT_EQ(answer.sha256, sha256(small));
    }
  }
  const std::ptrdiff_t kept = sockets_of(worker->pid()) - before;
  EXPECT_GE(kept, 1);
  // A client has its answer before nginx has seen the end of the request, and may ask again on another connection.
  EXPECT_LE(kept, 10);
}

}  // namespace
}  // namespace claimcheck
