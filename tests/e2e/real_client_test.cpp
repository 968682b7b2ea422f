#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/cutting_proxy.h"
#include "tests/support/front_end.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

/// Programs that people download with, and a link that is good for one download.
class RealClient : public testing::TestWithParam<Front> {
 protected:
  void issue(std::size_t bytes = 48 << 20) {
    const std::string content = noise(bytes);
    size = bytes;
    digest = sha256(content);
    token = site.issue(site.add_file("release.zip", content));
  }

  std::string copy() const { return site.folder() / "copy.zip"; }

  Finished fetch_with(std::vector<std::string> argv, const std::string& url) const {
    argv.push_back(url);
    return run(argv, std::chrono::seconds{120});
  }

  void expect_downloaded(const char* client, int cuts = 0) {
    EXPECT_EQ(sha256_of_file(copy()), digest) << site.log();
    const auto shown = site.show(token.id);
    EXPECT_EQ(shown.at("uses"), 1) << site.log();
    const auto& claim = shown.at("claims").at(0);
    fmt::print("{} behind {}: one use, {} cuts, {} of {} bytes charged\n", client, name_of(GetParam()), cuts,
               claim.at("charged").get<std::uint64_t>(), size);
  }

  Site site;
  std::unique_ptr<FrontEnd> front = start(GetParam(), site);
  Issued token;
  std::string digest;
  std::size_t size = 0;
};

TEST_P(RealClient, Aria2WithSixteenConnections) {
  issue();
  const Finished aria = fetch_with({"aria2c", "-x16", "-s16", "-k1M", "--quiet=true", "--allow-overwrite=true",
                                    "--dir=" + site.folder().string(), "--out=copy.zip"},
                                   token.url);
  EXPECT_EQ(aria.status, 0) << aria.out << aria.err << site.log();
  expect_downloaded("aria2c -x16");
}

TEST_P(RealClient, AxelWithEightConnections) {
  issue();
  const Finished axel = fetch_with({"axel", "-n", "8", "-q", "-o", copy()}, token.url);
  EXPECT_EQ(axel.status, 0) << axel.out << axel.err << site.log();
  expect_downloaded("axel -n 8");
}

TEST_P(RealClient, WgetThatGoesOnAfterFiveCuts) {
  issue();
  CuttingProxy line{site.port(), std::vector<std::uint64_t>(5, 6 << 20)};
  const Finished wget = fetch_with({"wget", "-q", "-c", "--tries=20", "--waitretry=1", "-O", copy()}, line.through(token.url));
  EXPECT_EQ(wget.status, 0) << wget.out << wget.err << site.log();
  EXPECT_EQ(line.cuts(), 5);
  expect_downloaded("wget -c", line.cuts());
}

TEST_P(RealClient, CurlThatGoesOnAfterTwentyCuts) {
  issue(128 << 20);  // each cut takes with it what was in buffers on the way, a few mebibytes, and the budget pays for that
  CuttingProxy line{site.port(), std::vector<std::uint64_t>(20, 4 << 20)};
  int runs = 0;
  Finished curl;
  do {
    curl = fetch_with({"curl", "--silent", "--show-error", "--fail", "--continue-at", "-", "--output", copy()},
                      line.through(token.url));
    ASSERT_LT(++runs, 40) << curl.err << site.log();
  } while (curl.status != 0);
  EXPECT_EQ(line.cuts(), 20);
  expect_downloaded("curl -C -", line.cuts());
}

TEST_P(RealClient, CurlThatIsCutAtFortyPercentAndStartsAgainFromZero) {
  issue();
  CuttingProxy line{site.port(), {size * 2 / 5}};
  const std::vector<std::string> curl{"curl", "--silent", "--show-error", "--fail", "--output", copy()};
  EXPECT_NE(fetch_with(curl, line.through(token.url)).status, 0);
  const Finished again = fetch_with(curl, line.through(token.url));
  EXPECT_EQ(again.status, 0) << again.err << site.log();
  expect_downloaded("curl, twice", line.cuts());
}

TEST_P(RealClient, CurlThatIsCutJustBeforeTheEndAndGoesOn) {
  issue();
  CuttingProxy line{site.port(), {size / 1000 * 999}};
  const std::vector<std::string> curl{"curl", "--silent", "--show-error", "--fail", "--continue-at", "-", "--output", copy()};
  EXPECT_NE(fetch_with(curl, line.through(token.url)).status, 0);
  const Finished again = fetch_with(curl, line.through(token.url));
  EXPECT_EQ(again.status, 0) << again.err << site.log();
  expect_downloaded("curl -C - at 99.9 %", line.cuts());
}

INSTANTIATE_TEST_SUITE_P(Behind, RealClient, testing::Values(Front::apache_fcgid, Front::apache_proxy, Front::nginx),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
