#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>

namespace claimcheck::files {

/// Which bytes were looked at: one file, as long as nobody has written to it, and what was to be found out about it.
struct FileState {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;  ///< st_mtim and st_ctim: the latter cannot be set back
  std::string question;

  auto operator<=>(const FileState&) const = default;

  /// Of an open file. Throws Error{unavailable}.
  static FileState of(int descriptor, std::string question);
};

/// Remembers what takes reading a whole file to find out, so that it is read once as long as it stays the same, however many
/// ask at the same time. Safe to share between threads.
class VerifiedFiles {
 public:
  /// @param patience  how long one call waits; what is being found out goes on after that
  explicit VerifiedFiles(std::chrono::milliseconds patience) : patience_(patience) {}
  /// What is under way is given up.
  ~VerifiedFiles();
  VerifiedFiles(const VerifiedFiles&) = delete;
  VerifiedFiles& operator=(const VerifiedFiles&) = delete;

  /// Finds something out in a thread of its own. Has to return soon once it is told to stop.
  using Work = std::function<std::string(const std::atomic<bool>& stop)>;

  /// What `work` returned for this state, now or before. What it throws is thrown on, and not remembered.
  /// Throws Error{unavailable} if it takes longer than the patience: ask again later.
  std::string ask(const FileState& state, const Work& work);

 private:
  void forget_some();

  const std::chrono::milliseconds patience_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::map<FileState, std::shared_future<std::string>> answers_;
};

}  // namespace claimcheck::files
