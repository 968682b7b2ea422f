#include "files/package/publish.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "core/descriptor.h"
#include "core/error.h"
#include "core/file_path.h"
#include "files/package/sha256.h"

namespace claimcheck::files {
namespace {

Error cannot(const char* what, const std::string& name) {
  return Error{Errc::unavailable, fmt::format("{} cannot be {}: {}", name, what, std::strerror(errno))};
}

/// ".zip", in small letters; empty if there is none, or an odd one.
std::string extension_of(const std::string& filename) {
  constexpr std::size_t longest = 10;
  const std::string name{last_segment(filename)};
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return {};
  const std::string extension = lower(name.substr(dot));
  const bool plain = std::all_of(extension.begin() + 1, extension.end(), is_letter_or_digit);
  return plain && extension.size() > 1 && extension.size() <= longest ? extension : std::string{};
}

void bring_to_disk(const Descriptor& file, const std::string& name) {
  if (::fsync(file.number()) != 0) throw cannot("brought to the disk", name);
}

/// A folder beneath the storage's root.
class Folder {
 public:
  explicit Folder(const std::string& path) : path_(path), descriptor_(::open(path.c_str(), flags)) { look(); }

  /// The folder of that name in this one, which is made if it is not there, as this one is.
  Folder sub(const std::string& name) const {
    const std::string path = path_ + "/" + name;
    if (::mkdirat(descriptor_.number(), name.c_str(), S_IRWXU) == 0) {
      Folder made{path, Descriptor{::openat(descriptor_.number(), name.c_str(), flags | O_NOFOLLOW)}};
      give_rights(made.descriptor_, status_.st_mode & all_rights, path);
      made.look();
      bring_to_disk(descriptor_, path_);
      return made;
    }
    if (errno != EEXIST) throw cannot("made", path);
    return {path, Descriptor{::openat(descriptor_.number(), name.c_str(), flags | O_NOFOLLOW)}};
  }

  /// Whoever may enter this folder may have what is in it; the owner is this folder's, if we may choose.
  void give_rights(const Descriptor& file, mode_t mode, const std::string& name) const {
    if (::geteuid() == 0 && ::fchown(file.number(), status_.st_uid, status_.st_gid) != 0) throw cannot("given its owner", name);
    if (::fchmod(file.number(), mode) != 0) throw cannot("given its rights", name);
  }

  mode_t file_mode() const { return status_.st_mode & (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH); }
  const Descriptor& descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }

 private:
  static constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  static constexpr mode_t all_rights = 07777;

  Folder(std::string path, Descriptor descriptor) : path_(std::move(path)), descriptor_(std::move(descriptor)) { look(); }

  void look() {
    if (!descriptor_ || ::fstat(descriptor_.number(), &status_) != 0) throw cannot("opened", path_);
  }

  std::string path_;
  Descriptor descriptor_;
  struct stat status_{};
};

/// A file that has no final name yet; it is removed when this goes, unless it got one.
class Draft {
 public:
  Draft(const Folder& folder, const std::string& name)
      : folder_(folder),
        name_(".claimcheck-" + name + ".part"),
        file_(
            ::openat(folder.descriptor().number(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)) {
    if (!file_) throw cannot("made", path());
  }
  ~Draft() {
    if (!named_) ::unlinkat(folder_.descriptor().number(), name_.c_str(), 0);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write(std::span<const char> bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_.number(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw cannot("written", path());
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

  void name(const std::string& final_name) {
    const int folder = folder_.descriptor().number();
    folder_.give_rights(file_, folder_.file_mode(), path());
    bring_to_disk(file_, path());
    // A link replaces nothing, on every file system that has links; the others know the flag or have nothing better.
    if (::renameat2(folder, name_.c_str(), folder, final_name.c_str(), RENAME_NOREPLACE) != 0 &&
        (errno != EINVAL || ::linkat(folder, name_.c_str(), folder, final_name.c_str(), 0) != 0 ||
         ::unlinkat(folder, name_.c_str(), 0) != 0))
      throw cannot("named " + final_name, path());
    named_ = true;
    bring_to_disk(folder_.descriptor(), folder_.path());
  }

 private:
  static Error cannot(const std::string& what, const std::string& name) { return files::cannot(what.c_str(), name); }
  std::string path() const { return folder_.path() + "/" + name_; }

  const Folder& folder_;
  std::string name_;
  Descriptor file_;
  bool named_ = false;
};

/// @return the SHA-256 of what was copied
std::string copy(OpenFile& content, const Draft& draft, const TellProgress& tell) {
  Sha256 sum;
  constexpr std::size_t piece = 256UL * 1024;
  const std::uint64_t size = content.version().size;
  std::vector<char> bytes(piece);
  for (std::uint64_t offset = 0; offset < size;) {
    const std::size_t count = content.read(offset, bytes);
    if (count == 0) throw Error{Errc::file_not_found, "the file became shorter while it was copied"};
    const std::span<const char> read{bytes.data(), std::min<std::uint64_t>(count, size - offset)};
    draft.write(read);
    sum.update(read);
    offset += count;
    if (tell) tell(std::min(offset, size), size);
  }
  return sum.hex();
}

}  // namespace

Published publish(OpenFile& content, const std::string& filename, const std::string& root, Time now, const Random& random,
                  const TellProgress& tell) {
  constexpr std::size_t name_length = 26, year_length = 4, month_at = 5, month_length = 2;
  const std::string date = format_rfc3339(now);
  const std::string year = date.substr(0, year_length), month = date.substr(month_at, month_length);
  const std::string stem = make_name(name_length, random), name = stem + extension_of(filename);
  const Folder folder = Folder{root}.sub(year).sub(month);
  Draft draft{folder, stem};
  std::string sha256 = copy(content, draft, tell);
  draft.name(name);
  return {.path = year + "/" + month + "/" + name, .sha256 = std::move(sha256)};
}

}  // namespace claimcheck::files
