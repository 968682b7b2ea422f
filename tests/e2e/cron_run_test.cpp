#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <nlohmann/json.hpp>

#include "core/descriptor.h"
#include "core/time.h"
#include "tests/support/site.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

std::string from_now(std::chrono::hours length) {
  return format_rfc3339(std::chrono::floor<seconds>(std::chrono::system_clock::now()) + length);
}

TEST(CronRun, ASecondOneLeavesQuietly) {
  Site site;
  const Descriptor configuration{::open(site.config().c_str(), O_RDONLY | O_CLOEXEC)};
  ASSERT_EQ(::flock(configuration.number(), LOCK_EX), 0);
  const Finished quiet = site.cron();
  EXPECT_EQ(quiet.status, 0);
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(site.cron({"-v"}).out, "another run is at work; it does what is due\n");
  ASSERT_EQ(::flock(configuration.number(), LOCK_UN), 0);
  EXPECT_EQ(site.cron({"-v"}).out, "nothing was due\n");
}

TEST(CronRun, ADatabaseThatIsDownIsOneLineAndAskedAgainLater) {
  Site site;
  std::string text = read_file(site.config());
  const std::size_t url = text.find("url = \"sqlite:");
  ASSERT_NE(url, std::string::npos);
  text.replace(url, text.find('\n', url) - url, fmt::format("url = \"mysql://nobody@127.0.0.1:{}/none\"", free_port()));
  write_file(site.config(), text);
  const Finished down = site.cron();
  EXPECT_EQ(down.status, 75);
  EXPECT_EQ(down.out, "");
  EXPECT_EQ(std::ranges::count(down.err, '\n'), 1) << down.err;
}

TEST(CronRun, WrongWordsAreAUsageFault) {
  Site site;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--only", "nothing"}, {"--now", "tomorrow"}, {"--max-seconds", "0"}, {"--nonsense"}})
    EXPECT_EQ(site.cron(words).status, 2) << words.front();
}

TEST(CronRun, OnlyTheJobsThatAreAskedForAreDone) {
  Site site{{}, "[policy.vanishing]\nttl = \"1h\"\ngrace = \"0s\"\ndelete_file = true\n"};
  const std::string file = site.add_file("report.pdf", "x");
  site.issue(file, {.policy = "vanishing"});
  const std::string later = from_now(std::chrono::hours{2});
  EXPECT_EQ(site.cron({"-v", "--now", later, "--only", "settle,warn,heartbeat"}).out, "nothing was due\n");
  EXPECT_TRUE(fs::exists(site.uploads() / file));
  EXPECT_EQ(site.cron({"-v", "--now", later, "--only", "expire"}).out, "1 token ended, 1 file removed\n");
  EXPECT_FALSE(fs::exists(site.uploads() / file));
}

TEST(CronRun, WithoutTheKeyOfMailsLinksEndAllTheSame) {
  Site site{{}, "\n[mail]\ntransport = \"none\"\nfrom = \"downloads@example.com\"\n"};
  site.issue(site.add_file("report.pdf", "x"));
  write_file(site.folder() / "mail.key", "too short\n");
  const Finished ended = site.cron({"-v", "--now", from_now(std::chrono::hours{48})});
  EXPECT_EQ(ended.status, 75);
  EXPECT_EQ(ended.out, "1 token ended\n");
  EXPECT_NE(ended.err.find("mail.key"), std::string::npos) << ended.err;
}

TEST(CronRun, WhatEndedLongAgoIsForgotten) {
  Site site;
  const Issued token = site.issue(site.add_file("report.pdf", "x"));
  EXPECT_EQ(site.cron({"--now", from_now(std::chrono::hours{48})}).status, 0);
  EXPECT_EQ(site.show(token.id).at("state"), "active") << "by the clock of today";
  EXPECT_EQ(site.cron({"-v", "--now", from_now(std::chrono::hours{24 * 31})}).out, "nothing was due\n");
  EXPECT_EQ(site.cron({"-v", "--now", from_now(std::chrono::hours{24 * 33})}).out, "1 token forgotten\n");
  EXPECT_TRUE(site.ask({"token", "list"}).at("tokens").empty());
}

TEST(CronRun, OrphansGoByNameAndAgeAndWhatCannotBeRemovedIsTriedAgain) {
  const TemporaryFolder folder;
  const fs::path incoming = folder / "incoming", closed = incoming / "closed";
  fs::create_directories(closed);
  const auto old = std::chrono::floor<seconds>(std::chrono::system_clock::now()) - std::chrono::hours{48};
  for (const char* name : {"a.part", "tmp-b.part", "closed/c.part", "kept.pdf", "new.part"}) {
    write_file(incoming / name, "x");
    if (name != std::string_view{"new.part"}) fs::last_write_time(incoming / name, std::chrono::file_clock::from_sys(old));
  }
  fs::create_symlink(incoming / "kept.pdf", incoming / "link.part");
  give_to_site_user(folder.path());
  fs::permissions(closed, fs::perms{0555});
  Site site{{}, fmt::format("[[orphans]]\nfolder = \"{}\"\npatterns = [\"*.part\", \"tmp-*\"]\n", incoming.string())};
  EXPECT_EQ(site.cron({"--dry-run"}).out, "dry run: 3 orphans removed\n");
  const Finished partly = site.cron({"-v"});
  EXPECT_EQ(partly.status, 1);
  EXPECT_EQ(partly.out, "2 orphans removed, 1 orphan not removed\n") << "once each, whatever matches";
  EXPECT_NE(partly.err.find("c.part cannot be removed"), std::string::npos) << partly.err;
  fs::permissions(closed, fs::perms{0755});
  EXPECT_EQ(site.cron({"-v"}).out, "1 orphan removed\n");
  for (const char* name : {"kept.pdf", "new.part", "link.part"}) EXPECT_TRUE(fs::exists(incoming / name)) << name;
  fs::rename(incoming, folder / "unmounted");
  EXPECT_EQ(site.cron().status, 1) << "a folder that is missing is no empty one";
}

}  // namespace
}  // namespace claimcheck
