#include "files/backup/verified_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <barrier>
#include <thread>
#include <vector>

#include "core/descriptor.h"
#include "core/error.h"
#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace std::chrono_literals;
using files::FileState;
using files::VerifiedFiles;

constexpr auto patient = 60s;

TEST(VerifiedFiles, ManyWhoAskAtOnceWaitForOneAnswer) {
  VerifiedFiles files{patient};
  constexpr int askers = 16;
  std::atomic<int> worked = 0;
  std::barrier line{askers};
  std::vector<std::string> answers(askers);
  std::vector<std::thread> threads;
  for (int asker = 0; asker < askers; ++asker)
    threads.emplace_back([&, asker] {
      line.arrive_and_wait();
      answers[static_cast<std::size_t>(asker)] = files.ask({.inode = 1}, [&](const auto&) {
        ++worked;
        return "answer";
      });
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answers, std::vector<std::string>(askers, "answer"));
  EXPECT_EQ(worked, 1);
}

TEST(VerifiedFiles, EveryPartOfTheStateCounts) {
  VerifiedFiles files{patient};
  const FileState state{.device = 1, .inode = 2, .size = 3, .modified_ns = 4, .changed_ns = 5, .question = "q"};
  FileState states[] = {state, state, state, state, state, state};
  states[0].device = states[1].inode = states[2].size = 9;
  states[3].modified_ns = states[4].changed_ns = 9;
  states[5].question = "r";
  int worked = 0;
  const auto work = [&](const auto&) { return std::to_string(++worked); };
  EXPECT_EQ(files.ask(state, work), "1");
  for (const FileState& other : states) EXPECT_NE(files.ask(other, work), "1");
  EXPECT_EQ(files.ask(state, work), "1") << "remembered";
}

TEST(VerifiedFiles, AFaultIsTheAskersAndNotRemembered) {
  VerifiedFiles files{patient};
  const auto fault =
      test::thrown([&] { files.ask({}, [](const auto&) -> std::string { throw Error{Errc::file_not_found, "gone"}; }); });
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code(), Errc::file_not_found);
  EXPECT_EQ(files.ask({}, [](const auto&) { return "there"; }), "there");
}

TEST(VerifiedFiles, WhoAsksIsNotKeptWaitingForeverAndFindsTheAnswerLater) {
  VerifiedFiles files{1ms};
  std::atomic<bool> may_end = false;
  const auto work = [&](const auto&) {
    may_end.wait(false);
    return "answer";
  };
  const auto error = test::thrown([&] { files.ask({}, work); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), Errc::unavailable);
  may_end = true;
  may_end.notify_all();
  std::string answer;
  test::wait_until("it is found out",
                   [&] { return !test::thrown([&] { answer = files.ask({}, [](const auto&) { return "another"; }); }); });
  EXPECT_EQ(answer, "answer") << "by who asked first";
}

TEST(VerifiedFiles, WhatIsUnderWayIsGivenUpAtTheEnd) {
  std::atomic<bool> stopped = false;
  {
    VerifiedFiles files{1ms};
    EXPECT_TRUE(test::thrown([&] {
      files.ask({}, [&](const std::atomic<bool>& stop) {
        while (!stop) std::this_thread::yield();
        stopped = true;
        return "";
      });
    }));
  }
  EXPECT_TRUE(stopped);
}

TEST(VerifiedFiles, ThousandsOfFilesAreForgottenInTime) {
  VerifiedFiles files{patient};
  int worked = 0;
  for (std::uint64_t inode = 0; inode < 2500; ++inode)
    files.ask({.inode = inode}, [&](const auto&) { return std::to_string(++worked); });
  EXPECT_EQ(files.ask({.inode = 0}, [&](const auto&) { return std::to_string(++worked); }), "2501");
}

TEST(FileState, IsAnotherAfterAnyWrite) {
  const test::TemporaryFolder folder;
  const auto state = [&] {
    const Descriptor file{::open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC)};
    return FileState::of(file.number(), "");
  };
  test::write_file(folder / "file", "one");
  const FileState before = state();
  EXPECT_EQ(state(), before);
  const auto time = std::filesystem::last_write_time(folder / "file");
  test::wait_until("a write is seen", [&] {
    test::write_file(folder / "file", "two");
    std::filesystem::last_write_time(folder / "file", time);
    return state() != before;
  });
}

}  // namespace
}  // namespace claimcheck
