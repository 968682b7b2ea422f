#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "core/issue.h"
#include "files/directory.h"
#include "tests/fakes.h"
#include "tests/support/process.h"

namespace claimcheck::test {

/// What links are made with: the storage "uploads" with the file report.pdf in it, the policy "default", a store in memory.
class Issuing : public testing::Test {
 protected:
  Issuing() {
    std::filesystem::create_directories(uploads);
    write_file(uploads / "report.pdf", "the report");
    storages["uploads"] = files::open_directory(uploads);
  }

  TemporaryFolder folder;
  const std::filesystem::path uploads = folder / "uploads";
  Policies policies{{"default", Policy{.name = "default"}}};
  Storages storages;
  Checks checks;
  Memory memory;
  MemoryTokenStore tokens{memory};
  Random random = secure_random();
  Pause pause = [](std::chrono::milliseconds) {};
  IssueMeans means{
      .policies = policies, .storages = storages, .tokens = tokens, .checks = checks, .random = random, .pause = pause};
};

}  // namespace claimcheck::test
