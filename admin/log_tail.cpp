#include "admin/log_tail.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "admin/log_lines.h"
#include "core/descriptor.h"
#include "core/error.h"

namespace claimcheck::admin {
namespace {

namespace fs = std::filesystem;
using SteadyTime = LogInput::SteadyTime;

class LogTail final : public LogInput {
 public:
  LogTail(std::string path, const std::optional<LogPosition>& position) : path_(std::move(path)) {
    const fs::path folder = fs::path{path_}.parent_path();
    std::error_code not_there;
    if (!fs::is_directory(folder, not_there))
      throw Error{Errc::bad_request, folder.string() + " is no folder, so nothing can be followed there"};
    // Without it, looking from time to time is enough.
    if (events_) ::inotify_add_watch(events_.number(), folder.c_str(), IN_CREATE | IN_MOVED_TO);
    if (!position || !go_on(path_, *position)) {
      bool found = false;
      if (position)
        for (const auto& entry : fs::directory_iterator{folder, not_there})
          if (!found) found = go_on(entry.path(), *position);
      if (!found) open(path_, 0);
    }
  }

  int descriptor() const override { return events_.number(); }
  SteadyTime due() const override { return more_ ? SteadyTime::min() : std::min(next_look_, leave_at_); }
  bool ended() const override { return false; }
  bool live() const override { return false; }

  std::optional<LogPosition> position(std::optional<std::uint64_t> unfinished) const override {
    const std::uint64_t place = std::min(lines_.begun(), unfinished.value_or(lines_.begun()));
    if (inode_ == 0 || place < began_) return std::nullopt;  // that line stood in a file that was left
    return LogPosition{.inode = inode_, .offset = first_offset_ + place - began_};
  }

  void read(SteadyTime now, const TakeLine& take) override {
    std::array<char, 4096> told;  // that something happened is enough
    while (events_ && ::read(events_.number(), told.data(), told.size()) > 0) continue;
    next_look_ = now + look_again;
    more_ = false;
    if (inode_ != 0) {
      const auto count = lines_.read(file_.number(), take);
      more_ = !count || *count > 0;
      if (more_) return;
    }
    look_for_another(now);
  }

 private:
  static constexpr std::chrono::seconds look_again{5};  ///< where the file system does not tell of changes
  static constexpr std::chrono::seconds leave_after{3};

  static std::optional<struct stat> status_of(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return status;
  }

  /// Opens a file if it is the one of that position.
  bool go_on(const std::string& path, const LogPosition& position) {
    const auto status = status_of(path);
    return status && status->st_ino == position.inode && std::cmp_greater_equal(status->st_size, position.offset) &&
           open(path, position.offset);
  }

  bool open(const std::string& path, std::uint64_t offset) {
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat status{};
    if (!file || ::fstat(file.number(), &status) != 0) return false;
    if (::lseek(file.number(), static_cast<off_t>(offset), SEEK_SET) < 0) return false;
    if (watch_ >= 0) ::inotify_rm_watch(events_.number(), watch_);
    const std::string itself = "/proc/self/fd/" + std::to_string(file.number());
    watch_ = events_ ? ::inotify_add_watch(events_.number(), itself.c_str(), IN_MODIFY) : -1;
    file_ = std::move(file);
    inode_ = status.st_ino;
    begin_at(offset);
    return true;
  }

  void begin_at(std::uint64_t offset) {
    lines_.cut();
    began_ = lines_.begun();
    first_offset_ = offset;
    leave_at_ = SteadyTime::max();
    more_ = true;
  }

  /// At the end of the file: whether it was cut, or another has its name.
  void look_for_another(SteadyTime now) {
    const auto named = status_of(path_);
    if (inode_ == 0) {
      if (named) open(path_, 0);
      return;
    }
    struct stat status{};
    const std::uint64_t offset = first_offset_ + lines_.place() - began_;
    if (::fstat(file_.number(), &status) == 0 && std::cmp_less(status.st_size, offset)) {
      ::lseek(file_.number(), 0, SEEK_SET);
      begin_at(0);
    } else if (!named || named->st_ino == inode_) {
      leave_at_ = SteadyTime::max();
    } else if (leave_at_ == SteadyTime::max() || (now >= leave_at_ && (named->st_size == 0 || !open(path_, 0)))) {
      leave_at_ = now + leave_after;  // its writer has not turned to it, as far as we know
    }
  }

  std::string path_;
  Descriptor events_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  Descriptor file_;
  int watch_ = -1;
  std::uint64_t inode_ = 0;         ///< of the file that is read; 0 if there is none yet
  std::uint64_t began_ = 0;         ///< place of the first line that was read of it
  std::uint64_t first_offset_ = 0;  ///< and its offset
  bool more_ = true;
  SteadyTime next_look_ = SteadyTime::min(), leave_at_ = SteadyTime::max();
  LogLines lines_;
};

}  // namespace

std::unique_ptr<LogInput> follow_file(const std::string& path, const std::optional<LogPosition>& position) {
  return std::make_unique<LogTail>(fs::absolute(path).string(), position);
}

}  // namespace claimcheck::admin
