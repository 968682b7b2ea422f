#include "htaccess/canaries.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/error.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view common_name = "claimcheck-canary-";
constexpr std::size_t random_letters = 20;
constexpr mode_t file_mode = 0644, folder_mode = 0755;

[[noreturn]] void refuse(const fs::path& folder) {
  const int number = errno;
  throw Error{Errc::unavailable, fmt::format("no test file can be put into {} ({}); run the doctor as the folder's owner",
                                             folder.string(), std::generic_category().message(number))};
}

/// Makes the file with its beginning; `size` says how long it is.
void write(const fs::path& path, std::string_view text, std::uint64_t size) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode);
  if (fd < 0) refuse(path.parent_path());
  // Apache calls the validator of a file that has just changed a weak one.
  const timespec long_ago[] = {{.tv_sec = 1'600'000'000, .tv_nsec = 0}, {.tv_sec = 1'600'000'000, .tv_nsec = 0}};
  const bool written = ::fchmod(fd, file_mode) == 0 &&
                       ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::ftruncate(fd, static_cast<off_t>(size)) == 0 && ::futimens(fd, long_ago) == 0;
  const int number = errno;
  ::close(fd);
  errno = number;
  if (!written) refuse(path.parent_path());
}

}  // namespace

fs::path Canaries::fresh_path(const fs::path& folder, std::string_view extension) {
  return folder / fmt::format("{}{}{}", common_name, make_name(random_letters, random_), extension);
}

Canary Canaries::add(const fs::path& folder, std::string_view extension,
                     const std::function<std::string(const std::string& word)>& content) {
  Canary canary{.path = fresh_path(folder, extension), .word = make_name(random_letters, random_)};
  const std::string text = content(canary.word);
  const std::lock_guard guard{mutex_};
  made_.push_back(canary.path);
  write(canary.path, text, text.size());
  return canary;
}

Canary Canaries::add_large(const fs::path& folder, std::string_view extension, std::uint64_t size) {
  Canary canary{.path = fresh_path(folder, extension), .word = make_name(random_letters, random_)};
  const std::lock_guard guard{mutex_};
  made_.push_back(canary.path);
  write(canary.path, canary.word, size);
  return canary;
}

fs::path Canaries::add_folder(const fs::path& parent) {
  fs::path folder = fresh_path(parent, "");
  const std::lock_guard guard{mutex_};
  if (::mkdir(folder.c_str(), folder_mode) != 0) refuse(parent);
  made_.push_back(folder);
  if (::chmod(folder.c_str(), folder_mode) != 0) refuse(parent);
  return folder;
}

void Canaries::remove_all() {
  const std::lock_guard guard{mutex_};
  std::error_code gone;
  for (auto path = made_.rbegin(); path != made_.rend(); ++path) fs::remove(*path, gone);
  made_.clear();
}

void Canaries::sweep(const fs::path& folder, Time now) {
  std::error_code unreadable;
  constexpr std::int64_t an_hour = 3600;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    if (!entry.path().filename().string().starts_with(common_name)) continue;
    struct stat status{};
    if (::lstat(entry.path().c_str(), &status) == 0 && to_unix(now) - status.st_ctim.tv_sec > an_hour)
      fs::remove_all(entry.path(), unreadable);
  }
}

}  // namespace claimcheck::htaccess
