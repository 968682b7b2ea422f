#include "files/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/file_path.h"

namespace claimcheck::files {
namespace {

Error not_found(const std::string& path) {
  return Error{Errc::file_not_found, "no regular file may be served at " + path};
}

class DirectoryFile final : public OpenFile {
 public:
  DirectoryFile(Descriptor fd, FileVersion version) : fd_(std::move(fd)), version_(version) {}

  FileVersion version() const override { return version_; }
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
};

FileVersion version_of(const struct stat& status) {
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  return {.size = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
}

class Directory final : public Storage {
 public:
  explicit Directory(std::string root) : root_(std::move(root)) {}

  std::unique_ptr<OpenFile> open(const std::string& path) const override {
    const Descriptor folder = parent_of(path);
    const std::string name{last_segment(path)};
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    Descriptor file{::openat(folder.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!file && (errno == EMFILE || errno == ENFILE))
      throw Error{Errc::unavailable, fmt::format("{} cannot be opened: {}", path, std::strerror(errno))};
    struct stat status{};
    if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) throw not_found(path);
    return std::make_unique<DirectoryFile>(std::move(file), version_of(status));
  }

  bool remove(const std::string& path) const override {
    const Descriptor folder = parent_of(path);
    const std::string name{last_segment(path)};
    struct stat status{};
    if (::fstatat(folder.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) return false;
    if (!S_ISREG(status.st_mode)) throw not_found(path);
    if (::unlinkat(folder.number(), name.c_str(), 0) == 0) return true;
    if (errno == ENOENT) return false;
    throw Error{Errc::unavailable, fmt::format("{}/{} cannot be removed: {}", root_, path, std::strerror(errno))};
  }

 private:
  /// The folder that holds the path's last segment.
  Descriptor parent_of(const std::string& path) const {
    if (!is_file_path(path)) throw not_found(path);
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    Descriptor folder{::open(root_.c_str(), flags)};
    if (!folder)
      throw Error{Errc::unavailable, fmt::format("the storage folder {} cannot be opened: {}", root_, std::strerror(errno))};
    for (std::size_t begin = 0, end = path.find('/'); end != std::string::npos; begin = end + 1, end = path.find('/', begin)) {
      const std::string segment = path.substr(begin, end - begin);
      folder = Descriptor{::openat(folder.number(), segment.c_str(), flags | O_NOFOLLOW)};
      if (!folder) throw not_found(path);
    }
    return folder;
  }

  std::string root_;
};

}  // namespace

std::unique_ptr<Storage> open_directory(std::string root) {
  return std::make_unique<Directory>(std::move(root));
}

}  // namespace claimcheck::files
