#include "tests/support/chromium.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/cutting_proxy.h"
#include "tests/support/front_end.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

/// A person with Chromium and a link that is good for one download.
class ChromiumDownload : public testing::TestWithParam<Front> {
 protected:
  void issue(const std::string& name, std::size_t size) {
    const std::string content = noise(size);
    digest = sha256(content);
    token = site.issue(site.add_file(name, content));
  }

  /// Opens the page and presses its button.
  void press_the_button(const std::string& url) {
    const std::string tab = chromium.open(url);
    chromium.wait_for(tab, "document.querySelector('form button')");
    chromium.evaluate(tab, "document.querySelector('form button').click()");
  }

  void expect_one_use() { EXPECT_EQ(site.show(token.id).at("uses"), 1) << site.log(); }

  void expect_downloaded(const std::string& name, int downloads = 1) {
    wait_until(
        "the download is complete",
        [&] {
          if (chromium.pause_or_resume() == "Resume") chromium.press_pause_or_resume();  // as a person would
          return chromium.completed() == downloads;
        },
        std::chrono::seconds{60});
    EXPECT_EQ(sha256_of_file(chromium.downloads() / name), digest);
    expect_one_use();
  }

  Site site{{}, "[worker]\nstall_timeout = \"3s\"\n"};
  std::unique_ptr<FrontEnd> front = start(GetParam(), site);
  Chromium chromium;
  Issued token;
  std::string digest;
};

TEST_P(ChromiumDownload, IsPausedAndResumedOnOneUse) {
  issue("release.zip", 48 << 20);
  // A line that is cut once the browser was paused for long, and lives until then.
  CuttingProxy line{site.port(), {}};
  press_the_button(line.through(token.url));
  wait_until("some of it is here", [&] { return chromium.received() > 0; });
  chromium.press_pause_or_resume();
  wait_until("it is paused", [&] { return chromium.pause_or_resume() == "Resume"; });
  chromium.press_pause_or_resume();
  expect_downloaded("release.zip");
}

TEST_P(ChromiumDownload, IsResumedAfterAPauseThatTheWorkerDidNotWaitFor) {
  issue("release.zip", 48 << 20);
  CuttingProxy line{site.port(), {}};
  press_the_button(line.through(token.url));
  wait_until("some of it is here", [&] { return chromium.received() > 0; });
  chromium.press_pause_or_resume();
  wait_until("it is paused", [&] { return chromium.pause_or_resume() == "Resume"; });
  wait_until("the worker has given it up", [&] {
    const auto claim = site.show(token.id).at("claims").at(0);
    return claim.at("active").empty();
  });
  EXPECT_LT(chromium.received(), 48U << 20);
  chromium.press_pause_or_resume();
  expect_downloaded("release.zip");
}

TEST_P(ChromiumDownload, OfASmallFileThatWasCutStartsAgainAtTheClaimsAddress) {
  issue("small.zip", 300 << 10);
  // The page, the button and the file may share a connection: whichever carries the file is cut in its middle.
  CuttingProxy line{site.port(), {160 << 10, 160 << 10}};
  press_the_button(line.through(token.url));
  wait_until("the line is cut", [&] { return line.cuts() > 0; });
  const std::string claim = site.show(token.id).at("claims").at(0).at("id");
  chromium.open(fmt::format("http://127.0.0.1:{}{}/{}/small.zip", site.port(), token.path, claim));
  wait_until("it is complete", [&] { return chromium.completed() >= 1; });
  int whole = 0;
  for (const auto& file : std::filesystem::directory_iterator(chromium.downloads()))
    whole += sha256_of_file(file.path()) == digest ? 1 : 0;
  EXPECT_GE(whole, 1);
  expect_one_use();
}

INSTANTIATE_TEST_SUITE_P(Behind, ChromiumDownload, testing::Values(Front::apache_fcgid, Front::apache_proxy, Front::nginx),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
