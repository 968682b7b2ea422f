#include <gtest/gtest.h>

#include "core/error.h"
#include "core/issue.h"
#include "tests/fakes.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

class TenBytes final : public OpenFile {
 public:
  FileVersion version() const override { return {.size = 10, .mtime_ns = 7}; }
  std::string name() const override { return "ten"; }
  bool is_ready(std::uint64_t) override { return true; }
  std::size_t read(std::uint64_t, std::span<char>) override { return 0; }
  int descriptor() const override { return -1; }
};

/// A storage with one file that is not always to be found.
class FleetingStorage final : public Storage {
 public:
  /// @param fault  what the look of that number, from 1, ends with; nothing if it finds the file
  explicit FleetingStorage(std::function<std::optional<Errc>(int look)> fault) : fault_(std::move(fault)) {}

  std::unique_ptr<OpenFile> open(const std::string&, ServedAs) const override {
    if (const auto fault = fault_(++looks_)) throw Error{*fault, "not now"};
    return std::make_unique<TenBytes>();
  }
  std::optional<std::string> direct_url(const Direct&) const override { return std::nullopt; }
  const Folders* folders() const override { return nullptr; }
  Removed remove(const std::string&, const FileVersion&, const std::function<bool()>&) const override {
    throw Error{Errc::internal, "nobody removes it here"};
  }

 private:
  std::function<std::optional<Errc>(int)> fault_;
  mutable int looks_ = 0;
};

/// A file that the cron sets aside while a link to it is issued.
class IssueOfAFileSetAside : public testing::Test {
 protected:
  Issued issue_link(std::function<std::optional<Errc>(int look)> fault) {
    storages["uploads"] = std::make_unique<FleetingStorage>(std::move(fault));
    return issue(
        {.storage = "uploads", .file = "a.pdf", .email = "Ada@Example.COM"}, "default",
        {.policies = policies, .storages = storages, .tokens = tokens, .checks = checks, .random = random, .pause = pause});
  }

  Token only_token() {
    const auto all = tokens.list({});
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }

  Policies policies{{"default", Policy{.name = "default"}}};
  Storages storages;
  Memory memory;
  MemoryTokenStore tokens{memory};
  Checks checks;
  Random random = secure_random();
  std::chrono::milliseconds paused{0};
  Pause pause = [this](std::chrono::milliseconds about) { paused += about; };
};

TEST_F(IssueOfAFileSetAside, AFileThatStaysWhereItIsCostsNoTime) {
  const Issued issued = issue_link([](int) { return std::nullopt; });
  EXPECT_EQ(only_token(), issued.token);
  EXPECT_EQ(paused.count(), 0);
}

TEST_F(IssueOfAFileSetAside, TheLinkIsGoodIfTheFileComesBack) {
  const Issued issued =
      issue_link([](int look) { return look >= 2 && look < 10 ? std::optional{Errc::file_not_found} : std::nullopt; });
  EXPECT_EQ(only_token(), issued.token);
  EXPECT_FALSE(only_token().revoked_at.has_value());
  EXPECT_GT(paused.count(), 0);
}

TEST_F(IssueOfAFileSetAside, TheTokenIsRevokedIfTheFileDoesNotComeBack) {
  const auto error =
      thrown([&] { issue_link([](int look) { return look > 1 ? std::optional{Errc::file_not_found} : std::nullopt; }); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::file_not_found);
  EXPECT_EQ(only_token().revoked_at, tokens.now());
  EXPECT_GE(paused, std::chrono::seconds{1}) << "longer than a file is set aside";
  EXPECT_LE(paused, std::chrono::seconds{5}) << "somebody waits for the answer";
}

TEST_F(IssueOfAFileSetAside, AStorageThatFailsIsNotTakenForAFileThatIsGone) {
  const auto error =
      thrown([&] { issue_link([](int look) { return look > 1 ? std::optional{Errc::unavailable} : std::nullopt; }); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::unavailable);
}

TEST_F(IssueOfAFileSetAside, NothingIsIssuedForAFileThatIsNotThereFromTheBeginning) {
  EXPECT_EQ(thrown([&] { issue_link([](int) { return Errc::file_not_found; }); }).value().code(), Errc::file_not_found);
  EXPECT_TRUE(tokens.list({}).empty());
  EXPECT_EQ(paused.count(), 0);
}

}  // namespace
}  // namespace claimcheck
