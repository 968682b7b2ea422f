#include "config/mail_key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "core/seal.h"
#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
using config::IfMissing;
using config::mail_key;

class MailKey : public testing::Test {
 protected:
  MailKey() { write_file(config.file, ""); }

  std::optional<Error> fault(IfMissing if_missing) const {
    return thrown([&] { mail_key(config, if_missing); });
  }

  TemporaryFolder folder;
  config::Config config{.folder = folder.path(), .file = folder / "claimcheck.toml"};
  const std::filesystem::path path = folder / "mail.key";
};

TEST_F(MailKey, TheOneInTheConfigurationComesFirst) {
  write_file(path, std::string(40, 'f') + "\n");
  config.mail.key = std::string(40, 'c');
  EXPECT_EQ(mail_key(config, IfMissing::refuse), config.mail.key);
}

TEST_F(MailKey, IsMadeOnceForItsOwnerAlone) {
  const std::string made = mail_key(config, IfMissing::make);
  EXPECT_GE(made.size(), Seal::shortest_key);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(mail_key(config, IfMissing::make), made);
  EXPECT_EQ(mail_key(config, IfMissing::refuse), made);
  EXPECT_EQ(read_file(path), made + "\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder.path()}, {}), 2) << "and nothing else is left";
}

TEST_F(MailKey, ProcessesThatMakeItAtOnceGetTheSame) {
  constexpr int processes = 5;
  for (int round = 0; round < 20; ++round) {
    std::filesystem::remove(path);
    std::array<int, 2> start{};
    ASSERT_EQ(::pipe(start.data()), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::close(start[1]);
        char end = 0;
        const bool together = ::read(start[0], &end, 1) == 0;
        const auto error =
            thrown([&] { std::ofstream{folder / fmt::format("got{}", i)} << mail_key(config, IfMissing::make); });
        ::_exit(together && !error ? 0 : 1);
      }
      children.push_back(child);
    }
    ::close(start[0]);
    ::close(start[1]);
    for (const pid_t child : children) {
      int status = -1;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
    }
    const std::string key = mail_key(config, IfMissing::refuse);
    for (int i = 0; i < processes; ++i) EXPECT_EQ(read_file(folder / fmt::format("got{}", i)), key);
  }
}

TEST_F(MailKey, IsNotMadeWhereItIsNotToBe) {
  const auto error = fault(IfMissing::refuse);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::unavailable);
  EXPECT_NE(std::string{error->what()}.find("claimcheck migrate"), std::string::npos) << error->what();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(MailKey, OneThatIsTooShortIsNeitherUsedNorReplaced) {
  for (const std::string& text : {std::string{}, std::string{"\n"}, std::string(31, 'x'), std::string(31, 'x') + "\nmore"}) {
    write_file(path, text);
    for (const IfMissing if_missing : {IfMissing::make, IfMissing::refuse}) {
      const auto error = fault(if_missing);
      ASSERT_TRUE(error.has_value()) << text;
      EXPECT_EQ(error->code(), Errc::unavailable);
      EXPECT_NE(std::string{error->what()}.find("32 characters"), std::string::npos) << error->what();
    }
    EXPECT_EQ(read_file(path), text);
  }
  write_file(path, std::string(32, 'x'));
  EXPECT_EQ(mail_key(config, IfMissing::refuse), std::string(32, 'x'));
}

TEST_F(MailKey, AFolderInWhichItCannotBeMadeIsUnavailable) {
  config.folder = folder / "nosuch";
  EXPECT_EQ(fault(IfMissing::make).value().code(), Errc::unavailable);
  config.folder = folder / "claimcheck.toml";
  EXPECT_EQ(fault(IfMissing::make).value().code(), Errc::unavailable) << "no folder";
}

}  // namespace
}  // namespace claimcheck
