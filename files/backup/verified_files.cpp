#include "files/backup/verified_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace claimcheck::files {
namespace {

constexpr std::size_t most_remembered = 1000;

std::int64_t nanoseconds(const timespec& time) {
  constexpr std::int64_t a_second = 1'000'000'000;
  return time.tv_sec * a_second + time.tv_nsec;
}

bool is_ready(const std::shared_future<std::string>& answer) {
  return answer.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

}  // namespace

FileState FileState::of(int descriptor, std::string question) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0)
    throw Error{Errc::unavailable, fmt::format("an open file cannot be looked at: {}", std::strerror(errno))};
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim),
          .question = std::move(question)};
}

VerifiedFiles::~VerifiedFiles() {
  stop_ = true;  // and each answer waits for its thread
}

std::string VerifiedFiles::ask(const FileState& state, const Work& work) {
  std::shared_future<std::string> answer;
  {
    const std::lock_guard guard{mutex_};
    const auto found = answers_.find(state);
    if (found != answers_.end()) {
      answer = found->second;
    } else {
      forget_some();
      answer = std::async(std::launch::async, [this, work] { return work(stop_); }).share();
      answers_.emplace(state, answer);
    }
  }
  if (answer.wait_for(patience_) != std::future_status::ready)
    throw Error{Errc::unavailable, "the file is still being verified: it is large, and it is the first time"};
  try {
    return answer.get();
  } catch (const std::exception&) {
    const std::lock_guard guard{mutex_};
    answers_.erase(state);
    throw;
  }
}

/// Whatever is not under way; a file that is asked for again is read again.
void VerifiedFiles::forget_some() {
  if (answers_.size() < most_remembered) return;
  std::erase_if(answers_, [](const auto& each) { return is_ready(each.second); });
}

}  // namespace claimcheck::files
