#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/contract/web_client_fixture.h"

namespace claimcheck {
namespace {

using namespace test;
using checks::WebRequest;
using std::chrono::steady_clock;

TEST_F(WebClientContract, SendsWhatItIsGivenAndReadsTheAnswer) {
  ApiServer server{servers_.authority, "right"};
  auto client = checks::open_web_client(settings(), net::system_resolver());
  const auto echo = [&](const WebRequest& request) { return nlohmann::json::parse(client->send(request).body); };
  const auto get =
      echo({.url = server.origin() + "/echo/a%20b?c%5B%5D=d&e=f", .headers = {{"Authorization", "Bearer x"}}, .body = {}});
  EXPECT_EQ(get.at("method"), "GET");
  EXPECT_EQ(get.at("path"), "/echo/a%20b?c%5B%5D=d&e=f");
  EXPECT_EQ(get.at("headers").at("host"), fmt::format("localhost:{}", server.port()));
  EXPECT_EQ(get.at("headers").at("authorization"), "Bearer x");
  const std::string body(200'000, 'b');
  const auto post = echo({.method = "POST", .url = server.origin() + "/echo", .headers = {}, .body = body});
  EXPECT_EQ(post.at("method"), "POST");
  EXPECT_EQ(post.at("body"), body);
  server.say("{\"paid\": true}");
  for (const char* way : {"/good", "/chunked", "/unannounced", "/status/404", "/status/503"})
    EXPECT_EQ(client->send({.url = server.origin() + way, .headers = {}, .body = {}}).body, "{\"paid\": true}") << way;
}

TEST_F(WebClientContract, EveryStatusIsAnAnswerAndNoRedirectIsFollowed) {
  ApiServer server{servers_.authority, "right"};
  for (const int status : {200, 201, 204, 301, 302, 303, 307, 308, 400, 404, 425, 429, 500, 503})
    EXPECT_EQ(outcome(settings(), fmt::format("{}/status/{}", server.origin(), status)), fmt::format("status {}", status));
  EXPECT_EQ(outcome(settings(), server.origin() + "/redirect/x"), "status 302");
  for (const std::string& path : server.paths()) EXPECT_FALSE(path.starts_with("/good")) << path;
}

TEST_F(WebClientContract, AServerThatMisbehavesIsUnavailableInTime) {
  ApiServer server{servers_.authority, "right"};
  server.say(std::string(300, 'x'));
  const struct {
    const char* way;
    const char* because;
  } cases[] = {
      {"hang", "in time"},
      {"slow-head", "in time"},
      {"slow-body", "in time"},
      {"slow-chunks", "in time"},
      {"continue", "in time"},
      {"endless-head", ""},
      {"long-line", ""},
      {"huge", "1 MiB"},
      {"huge-chunked", "1 MiB"},
      {"huge-unannounced", "1 MiB"},
      {"cut", ""},
      {"padded", ""},
      {"close", ""},
      {"garbage", ""},
      {"no-status", ""},
      {"size/1048577", "1 MiB"},
      {"size/100000000", "1 MiB"},
  };
  for (const auto& c : cases) {
    const auto asked = steady_clock::now();
    const std::string said = outcome(settings(seconds{1}), server.origin() + "/" + c.way);
    EXPECT_FALSE(said.starts_with("status ")) << c.way << ": " << said;
    EXPECT_NE(said.find(c.because), std::string::npos) << c.way << ": " << said;
    EXPECT_LT(steady_clock::now() - asked, seconds{3}) << c.way;
  }
  EXPECT_EQ(outcome(settings(), server.origin() + "/size/1048576"), "status 200") << "1 MiB is not too much";
}

}  // namespace
}  // namespace claimcheck
