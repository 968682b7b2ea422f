#include "files/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/file_path.h"
#include "core/secret.h"
#include "files/listing.h"
#include "files/walk.h"

namespace claimcheck::files {
namespace {

Error not_found(const std::string& path) {
  return Error{Errc::file_not_found, "no regular file may be served at " + path};
}

class DirectoryFile final : public OpenFile {
 public:
  DirectoryFile(Descriptor fd, FileVersion version, std::string name)
      : fd_(std::move(fd)), version_(version), name_(std::move(name)) {}

  FileVersion version() const override { return version_; }
  std::string name() const override { return name_; }
  bool is_ready(std::uint64_t) override { return true; }
  int descriptor() const override { return fd_.number(); }

  std::size_t read(std::uint64_t offset, std::span<char> out) override {
    for (;;) {
      const ssize_t count = ::pread(fd_.number(), out.data(), out.size(), static_cast<off_t>(offset));
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) throw Error{Errc::file_not_found, fmt::format("reading failed: {}", std::strerror(errno))};
    }
  }

 private:
  Descriptor fd_;
  FileVersion version_;
  std::string name_;
};

FileVersion version_of(const struct stat& status) {
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  return {.size = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
}

/// A file on its way out: it stands under a name that nobody asks for, until it is removed or put back.
class SetAside {
 public:
  SetAside(const Descriptor& folder, std::string name)
      : folder_(folder), name_(std::move(name)), aside_(".claimcheck-" + Digest::of(name_).hex().substr(0, 32)) {}
  ~SetAside() { put_back(); }
  SetAside(const SetAside&) = delete;
  SetAside& operator=(const SetAside&) = delete;

  /// @return false if it is not there
  bool move_away() const { return ::renameat(folder_.number(), name_.c_str(), folder_.number(), aside_.c_str()) == 0; }

  std::optional<struct stat> status() const {
    struct stat status{};
    if (::fstatat(folder_.number(), aside_.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    return status;
  }

  /// Also what a process has left behind that died. A file that has got the name meanwhile is newer, and stays.
  void put_back() const {
    if (!status()) return;
    const int moved = ::renameat2(folder_.number(), aside_.c_str(), folder_.number(), name_.c_str(), RENAME_NOREPLACE);
    if (moved == 0) return;
    struct stat newer{};
    if (::fstatat(folder_.number(), name_.c_str(), &newer, AT_SYMLINK_NOFOLLOW) == 0)
      remove();
    else if (errno == ENOENT)  // a file system without the flag
      ::renameat(folder_.number(), aside_.c_str(), folder_.number(), name_.c_str());
  }

  bool remove() const { return ::unlinkat(folder_.number(), aside_.c_str(), 0) == 0; }

 private:
  const Descriptor& folder_;
  std::string name_, aside_;
};

class Directory final : public Storage, public Folders {
 public:
  explicit Directory(std::string root) : root_(std::move(root)) {}

  std::unique_ptr<OpenFile> open(const std::string& path, ServedAs) const override {
    const Descriptor folder = parent_of(path);
    if (!folder) throw not_found(path);
    const std::string name{last_segment(path)};
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    Descriptor file{::openat(folder.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!file && (errno == EMFILE || errno == ENFILE))
      throw Error{Errc::unavailable, fmt::format("{} cannot be opened: {}", path, std::strerror(errno))};
    struct stat status{};
    if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) throw not_found(path);
    return std::make_unique<DirectoryFile>(std::move(file), version_of(status), name);
  }

  std::optional<std::string> direct_url(const Direct&) const override { return std::nullopt; }
  const Folders* folders() const override { return this; }
  FolderPage list(const FolderQuery& query) const override { return list_folder(root_, query, ""); }

  Removed remove(const std::string& path, const FileVersion& version, const std::function<bool()>& wanted) const override {
    const Descriptor folder = parent_of(path);
    if (!folder) return gone();
    const std::string name{last_segment(path)};
    const SetAside file{folder, name};
    file.put_back();
    struct stat status{};
    if (::fstatat(folder.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return gone_or_throw(path);
    if (!S_ISREG(status.st_mode)) throw not_found(path);
    if (version_of(status) != version) return Removed::changed;
    if (wanted()) return Removed::wanted;
    if (!file.move_away()) return gone_or_throw(path);
    const auto moved = file.status();
    if (!moved || version_of(*moved) != version) return Removed::changed;
    if (wanted()) return Removed::wanted;
    if (!file.remove()) throw cannot_remove(path);
    return Removed::removed;
  }

 private:
  Error cannot_remove(const std::string& path) const {
    return Error{Errc::unavailable, fmt::format("{}/{} cannot be removed: {}", root_, path, std::strerror(errno))};
  }

  /// What it means that a file is not there.
  Removed gone() const {
    std::error_code fault;
    if (!std::filesystem::is_empty(root_, fault) && !fault) return Removed::gone;
    throw Error{Errc::unavailable,
                fmt::format("the storage folder {} is empty: is its file system mounted? If nothing is missing, put a file "
                            "such as index.html there",
                            root_)};
  }

  /// After a call for the file itself has failed.
  Removed gone_or_throw(const std::string& path) const {
    if (is_missing(errno)) return gone();
    throw cannot_remove(path);
  }

  /// The folder that holds the path's last segment; none if it is not there.
  Descriptor parent_of(const std::string& path) const {
    if (!is_file_path(path)) throw not_found(path);
    const std::size_t slash = path.rfind('/');
    return walk_to(root_, slash == std::string::npos ? std::string_view{} : std::string_view{path}.substr(0, slash));
  }

  std::string root_;
};

}  // namespace

std::unique_ptr<Storage> open_directory(std::string root) {
  return std::make_unique<Directory>(std::move(root));
}

}  // namespace claimcheck::files
