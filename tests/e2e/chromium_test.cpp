#include "tests/support/chromium.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/cutting_proxy.h"
#include "tests/support/effort.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr std::uint64_t slow = 8 << 20;  // bytes a second

/// A person with Chromium and a link that is good for one download.
class ChromiumDownload : public testing::TestWithParam<Front> {
 protected:
  void issue(const std::string& name, std::size_t size) {
    const std::string content = noise(size);
    digest = sha256(content);
    token = site.issue(site.add_file(name, content));
  }

  /// The address to which the page's button leads.
  std::string claim_address() {
    const Answer answer = fetch(site.port(), {.method = "POST", .target = token.path});
    return answer.header("Location").value_or("");
  }

  /// Begins to download over a slow line, and pauses when some of it is here.
  void begin_and_pause(const CuttingProxy& line) {
    issue("release.zip", 24 << 20);
    chromium.open(line.through(claim_address()));
    wait_until("some of it is here", [&] { return chromium.received() > 0; });
    chromium.press_pause_or_resume();
    wait_until("it is paused", [&] { return chromium.pause_or_resume() == "Resume"; });
    EXPECT_LT(chromium.received(), 24U << 20);
  }

  void expect_one_use() { EXPECT_EQ(site.show(token.id).at("uses"), 1) << site.log(); }

  void expect_downloaded(const std::string& name, int downloads = 1) {
    wait_until(
        "the download is complete",
        [&] {
          if (chromium.pause_or_resume() == "Resume") chromium.press_pause_or_resume();  // as a person would
          return chromium.completed() == downloads;
        },
        std::chrono::seconds{120});
    EXPECT_EQ(sha256_of_file(chromium.downloads() / name), digest);
    expect_one_use();
  }

  Site site{{}, "[worker]\nstall_timeout = \"3s\"\n"};
  std::unique_ptr<FrontEnd> front = start(GetParam(), site);
  Chromium chromium;
  Issued token;
  std::string digest;
};

TEST_P(ChromiumDownload, BeginsWithThePagesButton) {
  issue("release.zip", 3 << 20);
  const std::string tab = chromium.open(token.url);
  chromium.wait_for(tab, "document.querySelector('form button')");
  EXPECT_EQ(site.show(token.id).at("uses"), 0) << "looking costs nothing";
  chromium.evaluate(tab, "document.querySelector('form button').click()");
  expect_downloaded("release.zip");
}

TEST_P(ChromiumDownload, IsPausedAndResumedOnOneUse) {
  CuttingProxy line{site.port(), {}, slow};
  begin_and_pause(line);
  chromium.press_pause_or_resume();
  expect_downloaded("release.zip");
}

/// nginx keeps a client for a minute whose worker has given it up: that minute is spent in a long run only.
class ChromiumLongPause : public ChromiumDownload {
 public:
  static std::vector<Front> fronts() {
    std::vector<Front> fronts{Front::apache_fcgid, Front::apache_proxy};
    if (long_run()) fronts.push_back(Front::nginx);
    return fronts;
  }
};

TEST_P(ChromiumLongPause, ThatTheWorkerDidNotWaitForIsResumedOnOneUse) {
  CuttingProxy line{site.port(), {}, slow};
  begin_and_pause(line);
  wait_until("the worker has given it up", [&] { return site.show(token.id).at("claims").at(0).at("active").empty(); });
  chromium.press_pause_or_resume();
  expect_downloaded("release.zip");
}

TEST_P(ChromiumDownload, OfASmallFileThatWasCutStartsAgainAtTheClaimsAddress) {
  issue("small.zip", 300 << 10);
  CuttingProxy line{site.port(), {160 << 10}};
  const std::string address = claim_address();
  chromium.open(line.through(address));
  wait_until("the line is cut", [&] { return line.cuts() > 0; });
  chromium.open(address);
  wait_until("it is complete", [&] { return chromium.completed() >= 1; });
  int whole = 0;
  for (const auto& file : std::filesystem::directory_iterator(chromium.downloads()))
    whole += sha256_of_file(file.path()) == digest ? 1 : 0;
  EXPECT_GE(whole, 1);
  expect_one_use();
}

INSTANTIATE_TEST_SUITE_P(Behind, ChromiumDownload, testing::Values(Front::apache_fcgid, Front::apache_proxy, Front::nginx),
                         [](const auto& instance) { return name_of(instance.param); });

INSTANTIATE_TEST_SUITE_P(Behind, ChromiumLongPause, testing::ValuesIn(ChromiumLongPause::fronts()),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
