#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/descriptor.h"
#include "core/error.h"
#include "htaccess/marked_file.h"

namespace claimcheck::htaccess {
namespace {

constexpr std::string_view by_hand = "add the block that `claimcheck site print` or `claimcheck lock print` shows by hand";

std::string reason(int number) {
  return std::generic_category().message(number);
}

std::string owner(uid_t uid) {
  return uid == 0 ? "root" : fmt::format("uid {}", uid);
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why, std::string_view fix) {
  throw Error{Errc::unavailable, fmt::format("{}: {}; {}", path.string(), why, fix)};
}

[[noreturn]] void refuse_unwritable(const std::filesystem::path& path, std::string_view kind, const struct stat& status) {
  refuse(path, fmt::format("the {} belongs to {} and cannot be written by {}", kind, owner(status.st_uid), owner(::geteuid())),
         fmt::format("make it writable or {}", by_hand));
}

bool write_all(int number, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(number, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// The new content, complete and on the disk beside the file it is for, until put_in_place() or its end. Its name starts
/// with ".ht", which Apache's own configuration never serves.
class Draft {
 public:
  /// @param like  the file whose mode and owner it takes; without it the mode is 0644 less the umask, and root gives the
  /// file to the folder's owner
  Draft(const std::filesystem::path& target, std::string_view content, const struct stat* like) : Draft(target) {
    if (like) {
      take_owner(*like);
    } else if (::geteuid() == 0) {
      take_owner(folder_status_);
    }
    const bool has_mode = !like || ::fchmod(number_, like->st_mode & 0777) == 0;
    if (!has_mode || !write_all(number_, content) || ::fsync(number_) != 0) refuse_unwritten();
  }
  ~Draft() {
    if (number_ < 0) return;
    ::close(number_);
    if (!is_in_place_) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void put_in_place() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) refuse_unwritten();
    is_in_place_ = true;
    if (::fsync(folder_.number()) != 0 && errno != EINVAL) {
      refuse(target_, fmt::format("it is written, but may not survive a power failure ({})", reason(errno)), "check the disk");
    }
  }

 private:
  explicit Draft(const std::filesystem::path& target)
      : target_(target),
        folder_path_(target.has_parent_path() ? target.parent_path() : "."),
        folder_(::open(folder_path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!folder_ || ::fstat(folder_.number(), &folder_status_) != 0) {
      refuse(target, fmt::format("its folder cannot be opened ({})", reason(errno)), by_hand);
    }
    for (int attempt = 0; attempt < 100 && number_ < 0; ++attempt) {
      path_ = folder_path_ / fmt::format(".htclaimcheck-{}-{}", ::getpid(), attempt);
      number_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
      if (number_ < 0 && errno != EEXIST) break;
    }
    if (number_ >= 0) return;
    if (errno == EACCES || errno == EPERM) refuse_unwritable(folder_path_, "folder", folder_status_);
    refuse(target, fmt::format("no file can be made beside it ({})", reason(errno)), by_hand);
  }

  void take_owner(const struct stat& wanted) {
    struct stat status{};
    if (::fstat(number_, &status) != 0) refuse_unwritten();
    if (status.st_uid == wanted.st_uid && status.st_gid == wanted.st_gid) return;
    if (::fchown(number_, wanted.st_uid, wanted.st_gid) == 0) return;
    // Another group changes nothing for anybody if its members may do what everybody may.
    const bool group_is_nothing_special = ((wanted.st_mode >> 3) & 7U) == (wanted.st_mode & 7U);
    if (status.st_uid == wanted.st_uid && group_is_nothing_special) return;
    refuse(target_,
           fmt::format("the file belongs to {}, group {}, and {} cannot write a new one for them", owner(wanted.st_uid),
                       wanted.st_gid, owner(::geteuid())),
           fmt::format("run the command as {} or {}", owner(wanted.st_uid), by_hand));
  }

  [[noreturn]] void refuse_unwritten() const {
    refuse(target_, fmt::format("it cannot be written ({})", reason(errno)), "the old content is unchanged");
  }

  std::filesystem::path target_, folder_path_, path_;
  Descriptor folder_;
  struct stat folder_status_{};
  int number_ = -1;
  bool is_in_place_ = false;
};

/// The file that a chain of symbolic links names, whether it exists or not.
std::filesystem::path followed(std::filesystem::path path) {
  constexpr int most_links = 40;
  std::error_code no_link;
  for (int links = 0; links < most_links && std::filesystem::is_symlink(path, no_link); ++links) {
    path = path.parent_path() / std::filesystem::read_symlink(path, no_link);
  }
  return path;
}

}  // namespace

std::optional<std::string> read_file(const std::string& path) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened && errno == ENOENT) return std::nullopt;
  struct stat status{};
  if (!opened || ::fstat(opened.number(), &status) != 0) {
    throw Error{Errc::unavailable, fmt::format("{}: it cannot be read by {} ({})", path, owner(::geteuid()), reason(errno))};
  }
  if (!S_ISREG(status.st_mode)) throw Error{Errc::unavailable, fmt::format("{}: it is no regular file", path)};
  std::string content;
  char piece[16384];
  for (;;) {
    const ssize_t got = ::read(opened.number(), piece, sizeof piece);
    if (got == 0) return content;
    if (got > 0) {
      content.append(piece, static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      throw Error{Errc::unavailable, fmt::format("{}: it cannot be read ({})", path, reason(errno))};
    }
  }
}

void replace_file(const std::string& path, std::string_view content) {
  const std::filesystem::path target = followed(path);
  const auto old = read_file(target.string());
  if (!old) return Draft(target, content, nullptr).put_in_place();
  struct stat status{};
  if (::stat(target.c_str(), &status) != 0) refuse(target, reason(errno), by_hand);
  if (::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) refuse_unwritable(target, "file", status);
  Draft draft(target, content, &status);

  // Beside the path that was asked for: ".htaccess.claimcheck-bak" is not served, and what a link names might be.
  const std::string backup = path + ".claimcheck-bak";
  if (!std::filesystem::exists(std::filesystem::symlink_status(backup))) {
    struct stat narrow = status;
    narrow.st_mode &= 0644;
    Draft(backup, *old, &narrow).put_in_place();
  }
  draft.put_in_place();
}

}  // namespace claimcheck::htaccess
