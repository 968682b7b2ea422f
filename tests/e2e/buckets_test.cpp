#include <gtest/gtest.h>

#include "tests/e2e/cloud_site.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr std::size_t size = CloudSite::size;

class Buckets : public testing::TestWithParam<Front> {
 protected:
  CloudSite cloud;
  std::unique_ptr<FrontEnd> front = start(GetParam(), cloud.site);

  Answer get(const Issued& token, Fields headers = {}) const {
    return fetch(cloud.site.port(), {.target = token.path, .headers = std::move(headers)});
  }
};

TEST_P(Buckets, AnObjectIsStreamedWholeAndCountsOnce) {
  const Issued token = cloud.issue("cloud");
  const Answer head = fetch(cloud.site.port(), {.method = "HEAD", .target = token.path});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(size));
  EXPECT_EQ(cloud.uses(token), 0);

  const Answer answer = get(token);
  EXPECT_EQ(answer.status, 200) << answer.body << front->log() << cloud.site.log();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.sha256, sha256(cloud.content));
  EXPECT_EQ(get(token).status, 410);
  EXPECT_EQ(cloud.uses(token), 1);
  EXPECT_EQ(cloud.latest_outcome(token), "complete");

  const Issued open = cloud.issue("cloud", "open");
  const Answer part = get(open, {{"Range", "bytes=1000000-2999999"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.sha256, sha256(cloud.content.substr(1'000'000, 2'000'000)));
  const Answer parts = get(open, {{"Range", "bytes=0-9,5000000-5000009"}});
  EXPECT_EQ(parts.status, 206);
  EXPECT_NE(parts.body.find(cloud.content.substr(5'000'000, 10)), std::string::npos);
  cloud.expect_discreet();
}

TEST_P(Buckets, ADownloadThatTheClientBrokeIsResumed) {
  const Issued token = cloud.issue("cloud");
  const std::string part = cloud.site.folder() / "part";
  const Finished broken = run({"bash", "-c", R"(curl --silent --fail "$1" | head -c "$2" > "$3"; exit "${PIPESTATUS[0]}")",
                               "bash", token.url, std::to_string(size / 4), part});
  EXPECT_EQ(broken.status, 23) << "curl: failed to write";
  const Finished resumed =
      run({"curl", "--silent", "--show-error", "--fail", "--continue-at", "-", "--output", part, token.url});
  EXPECT_EQ(resumed.status, 0) << resumed.err << front->log() << cloud.site.log();
  EXPECT_EQ(sha256_of_file(part), sha256(cloud.content));
  EXPECT_EQ(cloud.uses(token), 1);
}

TEST_P(Buckets, AClientSeesNothingOfABucketThatBreaksOff) {
  const Issued token = cloud.issue("cloud");
  cloud.server.behave({.way = "cut", .method = "GET", .number = 3'000'000, .times = 2});
  const Answer answer = get(token);
  EXPECT_TRUE(answer.complete) << cloud.site.log();
  EXPECT_EQ(answer.sha256, sha256(cloud.content));
  EXPECT_EQ(cloud.server.count("GET"), 3U);
  EXPECT_EQ(cloud.uses(token), 1);
}

TEST_P(Buckets, AVisitorIsSentToASignedUrlThatServesTheFile) {
  const Issued token = cloud.issue("direct");
  const Answer head = fetch(cloud.site.port(), {.method = "HEAD", .target = token.path});
  EXPECT_EQ(head.status, 200) << "answered by us";
  EXPECT_EQ(head.header("Content-Length"), std::to_string(size));
  EXPECT_EQ(cloud.uses(token), 0);

  const std::string file = cloud.site.folder() / "file";
  const Finished followed = run({"curl", "--silent", "--show-error", "--fail", "--location", "--remote-header-name",
                                 "--dump-header", "-", "--output", file, token.url});
  EXPECT_EQ(followed.status, 0) << followed.err << front->log() << cloud.site.log();
  EXPECT_EQ(sha256_of_file(file), sha256(cloud.content));
  EXPECT_NE(followed.out.find(" 302"), std::string::npos) << followed.out;
  EXPECT_NE(followed.out.find("Location: " + cloud.server.endpoint() + "/releases/app.dmg?"), std::string::npos);
  EXPECT_NE(followed.out.find("attachment; filename=\"app.dmg\""), std::string::npos) << followed.out;
  EXPECT_EQ(cloud.uses(token), 1);
  EXPECT_EQ(cloud.latest_outcome(token), "handed_off");
  EXPECT_EQ(get(token).status, 410);

  const Issued exact = cloud.issue("direct", "exact");
  EXPECT_EQ(get(exact).sha256, sha256(cloud.content)) << "streamed, since it is to be exact";
  EXPECT_EQ(cloud.latest_outcome(exact), "complete");
  cloud.expect_discreet();
}

INSTANTIATE_TEST_SUITE_P(BehindEveryFrontEnd, Buckets, testing::ValuesIn(all_fronts),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
