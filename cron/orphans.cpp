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
#include <utility>
#include <vector>

#include "core/descriptor.h"

namespace claimcheck::cron {
namespace {

/// Walks a folder by descriptors, so that nothing outside of it is reached, whatever is renamed meanwhile.
class Walk {
 public:
  Walk(const OrphanSettings& orphans, const Run& run, std::function<bool(const std::string&)> in_use)
      : orphans_(orphans), run_(run), in_use_(std::move(in_use)) {}

  void run() {
    Descriptor root{::open(orphans_.folder.c_str(), folder_flags)};
    if (!root) return fail(orphans_.folder, "cannot be opened");
    visit(std::move(root), orphans_.folder);
  }

  OrphansReport report;

 private:
  static constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

  void visit(Descriptor folder, const std::string& path) {
    const int number = folder.number();
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{::fdopendir(::dup(number)), &::closedir};
    if (!entries) return fail(path, "cannot be read");
    while (const dirent* entry = ::readdir(entries.get())) {
      if (run_.time_is_up()) return;
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat status{};
      if (::fstatat(number, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone since
      const std::string whole = path + "/" + name;
      if (S_ISDIR(status.st_mode)) {
        Descriptor inner{::openat(number, name.c_str(), folder_flags)};
        inner ? visit(std::move(inner), whole) : fail(whole, "cannot be opened");
      } else if (S_ISREG(status.st_mode) && is_orphan(name, status) && !in_use_(whole)) {
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

  void fail(const std::string& path, const char* what) {
    report.fault = fmt::format("{} {}: {}", path, what, std::strerror(errno));
    ++report.failed;
  }

  const OrphanSettings& orphans_;
  const Run& run_;
  std::function<bool(const std::string&)> in_use_;
};

}  // namespace

OrphansReport remove_orphans(const OrphanSettings& orphans, const std::map<std::string, StorageSettings>& storages,
                             TokenSweep& sweep, const Run& run) {
  // Roots may be written in several ways; the folder is walked by its real path, so that names can be compared.
  std::error_code no_such_folder;
  OrphanSettings real = orphans;
  if (const auto path = std::filesystem::canonical(orphans.folder, no_such_folder); !no_such_folder)
    real.folder = path.string();
  std::vector<std::pair<std::string, std::string>> roots;
  for (const auto& [name, storage] : storages) {
    std::error_code fault;
    roots.emplace_back(name, std::filesystem::weakly_canonical(storage.root, fault).string() + "/");
    if (fault)  // then nobody knows which files are in use
      return {.failed = 1, .fault = fmt::format("the root of storage {} cannot be followed: {}", name, fault.message())};
  }
  const auto in_use = [&](const std::string& path) {
    return std::ranges::any_of(roots, [&](const auto& root) {
      return path.starts_with(root.second) && sweep.file_in_use(root.first, path.substr(root.second.size()), run.now);
    });
  };
  Walk walk{real, run, in_use};
  walk.run();
  return walk.report;
}

}  // namespace claimcheck::cron
