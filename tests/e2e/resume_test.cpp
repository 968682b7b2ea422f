#include <gtest/gtest.h>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

constexpr std::size_t size = 64 << 20;

class Resume : public testing::TestWithParam<Front> {};

TEST_P(Resume, ABrokenDownloadOfASingleUseIsFinishedByCurl) {
  Site site;
  const std::string content = noise(size);
  const Issued token = site.issue(site.add_file("release.zip", content));
  const auto front = start(GetParam(), site);
  const std::string part = site.folder() / "release.part";

  // curl is broken by a reader that closes the pipe at two fifths.
  const Finished broken = run({"bash", "-c", R"(curl --silent --fail "$1" | head -c "$2" > "$3"; exit "${PIPESTATUS[0]}")",
                               "bash", token.url, std::to_string(size * 2 / 5), part});
  EXPECT_EQ(broken.status, 23) << "curl: failed to write";
  EXPECT_EQ(std::filesystem::file_size(part), size * 2 / 5);

  const Finished resumed =
      run({"curl", "--silent", "--show-error", "--fail", "--continue-at", "-", "--output", part, token.url});
  EXPECT_EQ(resumed.status, 0) << resumed.err << front->log() << site.log();
  EXPECT_EQ(sha256_of_file(part), sha256(content));
  EXPECT_EQ(site.show(token.id).at("uses"), 1);

  const Answer again = fetch(site.port(), {.target = token.path, .headers = {{"Accept", "application/json"}}});
  const Answer plain = fetch(site.port(), {.target = token.path});
  EXPECT_EQ(plain.status, 410) << plain.body << again.body;
  EXPECT_LT(plain.received, 4096U);
  EXPECT_EQ(site.show(token.id).at("uses"), 1);
}

TEST_P(Resume, WhoAsksAgainTheInstantAfterADownloadInOnePieceIsToldThatItIsUsedUp) {
  constexpr int times = 60;
  Site site;
  const std::string content = noise(20'000), file = site.add_file("small.bin", content);
  std::vector<Issued> tokens;
  for (int i = 0; i < times; ++i) tokens.push_back(site.issue(file));
  const auto front = start(GetParam(), site);
  for (const Issued& token : tokens) {
    EXPECT_EQ(fetch(site.port(), {.target = token.path}).body, content);
    const Answer again = fetch(site.port(), {.target = token.path});
    EXPECT_EQ(again.status, 410) << again.body << site.log();
    const Answer tail = fetch(site.port(), {.target = token.path, .headers = {{"Range", "bytes=19000-"}}});
    EXPECT_EQ(tail.status, 206) << "what may have been lost on the way is given again";
    EXPECT_EQ(site.show(token.id).at("uses"), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(BehindEveryFrontEnd, Resume, testing::ValuesIn(all_fronts),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
