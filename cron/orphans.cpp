#include "cron/orphans.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/descriptor.h"
#include "cron/removal_attempt.h"

namespace claimcheck::cron {
namespace {

/// Walks a folder by descriptors, so that nothing outside of it is reached, whatever is renamed meanwhile.
class Walk {
 public:
  /// Removes a file that tokens may refer to; nothing if none can.
  using Remover = std::function<std::optional<RemovalAttempt>(const std::string& path, const FileVersion& version)>;

  Walk(const OrphanSettings& orphans, const Run& run, Remover remove_from_storage)
      : orphans_(orphans), run_(run), remove_from_storage_(std::move(remove_from_storage)) {}

  void run() {
    const Descriptor root{::open(orphans_.folder.c_str(), folder_flags)};
    if (!root) return fail(orphans_.folder, "cannot be opened");
    visit(root, orphans_.folder);
  }

  OrphansReport report;

 private:
  static constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

  void visit(const Descriptor& folder, const std::string& path) {
    const int number = folder.number(), copy = ::fcntl(number, F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{copy < 0 ? nullptr : ::fdopendir(copy), &::closedir};
    if (!entries) return fail(path, "cannot be read");
    while (const dirent* entry = ::readdir(entries.get())) {
      if (run_.time_is_up()) return;
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat status{};
      if (::fstatat(number, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone since
      const std::string whole = path + "/" + name;
      if (S_ISDIR(status.st_mode)) {
        const Descriptor inner{::openat(number, name.c_str(), folder_flags)};
        inner ? visit(inner, whole) : fail(whole, "cannot be opened");
      } else if (S_ISREG(status.st_mode) && is_orphan(name, status)) {
        if (const auto attempt = remove_from_storage_(whole, version_of(status)))
          note(*attempt);
        else
          remove(number, name, whole);
      }
    }
  }

  bool is_orphan(const std::string& name, const struct stat& status) const {
    const auto matches = [&](const std::string& pattern) { return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0; };
    return run_.now - from_unix(status.st_mtim.tv_sec) > orphans_.older_than && std::ranges::any_of(orphans_.patterns, matches);
  }

  void remove(int folder, const std::string& name, const std::string& path) {
    if (run_.mode == Mode::dry_run || ::unlinkat(folder, name.c_str(), 0) == 0)
      ++report.files;
    else if (errno != ENOENT)
      fail(path, "cannot be removed");
  }

  void note(const RemovalAttempt& attempt) {
    if (attempt.outcome == Storage::Removed::removed && attempt.fault.empty()) ++report.files;
    if (attempt.fault.empty()) return;
    report.fault = attempt.fault;
    ++report.failed;
  }

  static FileVersion version_of(const struct stat& status) {
    constexpr std::int64_t nanoseconds = 1'000'000'000;
    return {.size = static_cast<std::uint64_t>(status.st_size),
            .mtime_ns = status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
  }

  void fail(const std::string& path, const char* what) {
    report.fault = fmt::format("{} {}: {}", path, what, std::strerror(errno));
    ++report.failed;
  }

  const OrphanSettings& orphans_;
  const Run& run_;
  Remover remove_from_storage_;
};

}  // namespace

OrphansReport remove_orphans(const OrphanSettings& orphans, const std::map<std::string, StorageSettings>& settings,
                             const Storages& storages, TokenSweep& sweep, const Run& run) {
  // Roots may be written in several ways; the folder is walked by its real path, so that names can be compared.
  std::error_code no_such_folder;
  OrphanSettings real = orphans;
  if (const auto path = std::filesystem::canonical(orphans.folder, no_such_folder); !no_such_folder)
    real.folder = path.string();
  std::vector<std::pair<std::string, std::string>> roots;
  for (const auto& [name, storage] : settings) {
    if (storage.root.empty()) continue;  // a bucket
    std::error_code fault;
    roots.emplace_back(name, std::filesystem::weakly_canonical(storage.root, fault).string() + "/");
    if (fault)  // then nobody knows which files are in use
      return {.failed = 1, .fault = fmt::format("the root of storage {} cannot be followed: {}", name, fault.message())};
  }
  const auto remove = [&](const std::string& path, const FileVersion& version) -> std::optional<RemovalAttempt> {
    const auto root = std::ranges::find_if(roots, [&](const auto& each) { return path.starts_with(each.second); });
    if (root == roots.end()) return std::nullopt;
    const Removal removal{.storage = root->first, .file = path.substr(root->second.size()), .version = version};
    const auto wanted = [&] { return sweep.file_in_use(removal.storage, removal.file, run.now); };
    return attempt_removal(*storages.at(removal.storage), removal, wanted, run.mode);
  };
  Walk walk{real, run, remove};
  walk.run();
  return walk.report;
}

}  // namespace claimcheck::cron
