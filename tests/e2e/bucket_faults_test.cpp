#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "core/time.h"
#include "tests/e2e/cloud_site.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Json = nlohmann::json;

/// A worker on its own socket, asked without a web server.
class BucketFaults : public testing::Test {
 protected:
  Answer get(const Issued& token, const std::string& method = "GET") const {
    return call(cloud.site.socket_address("worker"), cgi_variables({.method = method, .target = token.path}));
  }
  FastCgiAnswer post(const std::string& name, const Json& body, Fields headers = {}) const {
    const std::string text = body.dump();
    return call(
        cloud.site.socket_address("worker"),
        cgi_variables({.method = "POST", .target = "/api/downloads/" + name, .headers = std::move(headers), .body = text}),
        text);
  }

  CloudSite cloud;
  std::unique_ptr<Process> worker = cloud.site.start_worker("worker", 4);
};

TEST_F(BucketFaults, AreToldAsWhatTheyAreCountNothingAndPass) {
  const struct {
    Misbehaviour way;
    int status;
  } cases[] = {
      {{.way = "status", .number = 403}, 503},
      {{.way = "status", .number = 404}, 404},
      {{.way = "status", .number = 500}, 503},
      {{.way = "garbage"}, 503},
      {{.way = "redirect"}, 503},
      {{.way = "close"}, 503},
      {{.way = "slow-head"}, 503},
  };
  for (const char* storage : {"cloud", "direct"})
    for (const auto& c : cases) {
      SCOPED_TRACE(fmt::format("{} {} {}", storage, c.way.way, c.way.number));
      const Issued token = cloud.issue(storage);
      cloud.server.behave(c.way);
      const Answer answer = get(token);
      EXPECT_EQ(answer.status, c.status) << answer.body;
      EXPECT_EQ(answer.header("Retry-After").has_value(), c.status == 503);
      EXPECT_EQ(cloud.uses(token), 0);
      cloud.server.behave_well();
      wait_until("a later try works", [&] { return get(token).status == (storage == std::string{"cloud"} ? 200 : 302); });
      EXPECT_EQ(cloud.uses(token), 1);
    }
  cloud.expect_discreet();
}

TEST_F(BucketFaults, ABucketThatFailsInTheMiddleCutsTheDownloadAndTheSameClaimGoesOn) {
  const Issued token = cloud.issue("cloud");
  cloud.server.behave({.way = "cut", .method = "GET", .number = 1000});
  const Answer broken = get(token);
  EXPECT_FALSE(broken.complete);
  wait_until("the log says why",
             [&] { return cloud.site.log().find("\"fault\":\"the file was cut off\"") != std::string::npos; });
  cloud.server.behave_well();
  const Answer again = get(token);
  EXPECT_TRUE(again.complete) << cloud.site.log();
  EXPECT_EQ(again.sha256, sha256(cloud.content));
  EXPECT_EQ(cloud.uses(token), 1);
}

TEST_F(BucketFaults, AChangedObjectIsRefusedUnlessThePolicyTakesIt) {
  const Issued strict = cloud.issue("cloud"), latest = cloud.issue("cloud", "latest");
  const std::string another = noise(CloudSite::size - 1);
  cloud.server.put("app.dmg", another);
  EXPECT_EQ(get(strict).status, 410);
  EXPECT_EQ(cloud.uses(strict), 0);
  EXPECT_EQ(get(latest).sha256, sha256(another));
  EXPECT_EQ(cloud.uses(latest), 1);
}

TEST_F(BucketFaults, AnObjectThatChangesUnderADownloadIsNeverMixed) {
  const Issued token = cloud.issue("cloud", "latest");
  cloud.server.behave({.way = "change", .method = "GET", .times = 1});
  const Answer broken = get(token);
  EXPECT_FALSE(broken.complete);
  EXPECT_EQ(broken.received, 0U);
  const Answer again = get(token);
  EXPECT_EQ(again.sha256, sha256(cloud.content)) << again.status << cloud.site.log();
}

TEST_F(BucketFaults, ASlowBucketDelaysNobodyElse) {
  std::vector<Issued> slow;
  for (int i = 0; i < 12; ++i) slow.push_back(cloud.issue("cloud"));
  const Issued quick = cloud.site.issue(cloud.site.add_file("quick.txt", "quick"), {.policy = "open", .storage = "uploads"});
  cloud.server.behave({.way = "slow-body", .method = "GET"});
  std::vector<std::unique_ptr<FastCgiExchange>> waiting;
  for (const Issued& token : slow) {
    waiting.push_back(std::make_unique<FastCgiExchange>(cloud.site.socket_address("worker")));
    waiting.back()->request(cgi_variables({.target = token.path}));
  }
  wait_until("all are being fetched", [&] { return cloud.server.count("GET") == slow.size(); });
  for (int i = 0; i < 20; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(get(quick).body, "quick");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
  }
  for (auto& each : waiting) each->close();
  wait_until("they are given up", [&] {
    return std::ranges::all_of(slow, [&](const Issued& token) { return !cloud.site.show(token.id).at("deliveries").empty(); });
  });
}

std::size_t number_of(const Process& process, const std::string& name) {
  const std::string status = read_file(fmt::format("/proc/{}/status", process.pid()));
  return std::stoul(status.substr(status.find("\n" + name + ":") + name.size() + 2));
}

TEST_F(BucketFaults, FiftyStreamsAtOnceLeaveNoThreadAndLittleMemory) {
  constexpr std::size_t crowd = 50;
  const Issued open = cloud.issue("cloud", "open");
  const auto all_at_once = [&] {
    std::vector<std::future<Answer>> answers;
    for (std::size_t i = 0; i < crowd; ++i) answers.push_back(std::async(std::launch::async, [&] { return get(open); }));
    std::size_t whole = 0;
    for (auto& each : answers) whole += each.get().sha256 == sha256(cloud.content) ? 1 : 0;
    return whole;
  };
  const std::size_t threads = number_of(*worker, "Threads");
  EXPECT_EQ(all_at_once(), crowd);
  wait_until("their threads have ended", [&] { return number_of(*worker, "Threads") == threads; });
  const std::size_t memory = number_of(*worker, "VmRSS");
  for (int round = 0; round < 3; ++round) EXPECT_EQ(all_at_once(), crowd);
  wait_until("their threads have ended", [&] { return number_of(*worker, "Threads") == threads; });
  EXPECT_LT(number_of(*worker, "VmRSS"), memory + 32 * 1024) << "kB";
}

TEST_F(BucketFaults, AShopGivesOutSignedUrlsAndCountsThem) {
  const std::string key = cloud.site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  const auto token_for = [&](const std::string& platform) -> std::string {
    const FastCgiAnswer made = post(
        "generate-token", {{"customer_email", "ada@example.com"}, {"payment_intent_id", "order 7"}, {"platform", platform}},
        {{"Authorization", "Bearer " + key}});
    EXPECT_EQ(made.status, 200) << made.body;
    return Json::parse(made.body).at("download_token");
  };
  const std::string direct = token_for("MacIntel"), streamed = token_for("Linux x86_64");
  const auto fetch_by = [&](const std::string& token, const std::string& platform) {
    return post(platform, {{"download_token", token}, {"customer_email", "ada@example.com"}});
  };
  for (int use = 1; use <= 2; ++use) {
    const FastCgiAnswer answer = fetch_by(direct, "macos");
    ASSERT_EQ(answer.status, 200) << answer.body << cloud.site.log();
    const Json told = Json::parse(answer.body);
    EXPECT_EQ(told.at("filename"), "App 3.dmg");
    EXPECT_EQ(told.at("file_size"), "8MB");
    const Time expires = parse_rfc3339(told.at("expires_at").get<std::string>()).value();
    const Time now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    EXPECT_LE(expires, now + seconds{3600});
    EXPECT_GE(expires, now + seconds{3400});
    const std::string url = told.at("download_url"), file = cloud.site.folder() / "file";
    EXPECT_TRUE(url.starts_with(cloud.server.endpoint())) << url;
    EXPECT_EQ(run({"curl", "--silent", "--fail", "--output", file, url}).status, 0);
    EXPECT_EQ(sha256_of_file(file), sha256(cloud.content));
  }
  EXPECT_EQ(fetch_by(direct, "macos").status, 429);
  const FastCgiAnswer ours = fetch_by(streamed, "linux");
  EXPECT_TRUE(Json::parse(ours.body).at("download_url").get<std::string>().starts_with("http://127.0.0.1:")) << ours.body;
  EXPECT_NE(ours.body.find("/dl/"), std::string::npos);
  cloud.expect_discreet();
}

}  // namespace
}  // namespace claimcheck
