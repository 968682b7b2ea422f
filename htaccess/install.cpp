#include "htaccess/install.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;

/// What lies in every locked folder, for a server that ignores the lock: no listing is shown.
const struct {
  const char* name;
  std::string_view content;
} index_files[] = {{"index.html", ""}, {"index.php", "<?php // Nothing is shown here.\n"}};

std::string settings_file(const std::string& directory) {
  return (fs::path(directory) / ".htaccess").string();
}

void require_directory(const std::string& directory) {
  std::error_code failure;
  if (fs::is_directory(directory, failure)) return;
  throw Error{Errc::bad_request, fmt::format("{} is no directory that can be reached{}", directory,
                                             failure ? fmt::format(" ({})", failure.message()) : "")};
}

/// The directory and every folder below it, symbolic links not followed, in a stable order.
std::vector<fs::path> folders(const std::string& directory) {
  std::vector<fs::path> found{directory};
  std::error_code failure;
  fs::recursive_directory_iterator entry(directory, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    if (entry->symlink_status(failure).type() == fs::file_type::directory) found.push_back(entry->path());
    if (failure) break;
  }
  if (failure)
    throw Error{Errc::unavailable, fmt::format("{}: not every folder can be read ({})", directory, failure.message())};
  std::sort(found.begin(), found.end());
  return found;
}

void remove_file(const std::string& path) {
  std::error_code failure;
  if (!fs::remove(path, failure) && failure) {
    throw Error{Errc::unavailable, fmt::format("{}: it cannot be removed ({}); remove it by hand", path, failure.message())};
  }
}

/// WordPress's rules take every address that no file answers to.
bool is_below_wordpress(std::string_view text, std::string_view name) {
  return text.find("# BEGIN WordPress") < text.find(fmt::format("# BEGIN {}", name));
}

FileChange put_block(const std::string& path, std::string_view name, const std::string& block, Position position) {
  const auto old = read_file(path);
  std::string text = with_block(old.value_or(""), name, block, position);
  if (position == Position::top && is_below_wordpress(text, name))
    text = with_block(without_block(text, name), name, block, position);
  if (old == text) return {path, Change::unchanged};
  replace_file(path, text);
  return {path, old ? Change::updated : Change::created};
}

/// Takes the block out; a file with nothing left is removed, and so is a backup that says no more than the file does.
std::vector<FileChange> take_block(const std::string& path, std::string_view name) {
  const auto old = read_file(path);
  if (!old || !block_in(*old, name)) return {{path, Change::unchanged}};
  const std::string text = without_block(*old, name);
  const bool is_ours_alone = text.empty() && !fs::is_symlink(path);
  if (is_ours_alone) {
    remove_file(path);
  } else {
    replace_file(path, text);
  }
  std::vector<FileChange> changes{{path, is_ours_alone ? Change::removed : Change::updated}};
  const std::string backup = path + ".claimcheck-bak";
  const auto kept = read_file(backup);
  if (kept && without_block(*kept, name) == text) {
    remove_file(backup);
    changes.push_back({backup, Change::removed});
  }
  return changes;
}

}  // namespace

std::vector<FileChange> install_lock(const std::string& directory, const std::string& gate) {
  require_directory(directory);
  std::vector<FileChange> changes{put_block(settings_file(directory), lock_name, lock_block(gate), Position::bottom)};
  for (const fs::path& folder : folders(directory)) {
    for (const auto& index : index_files) {
      const fs::path path = folder / index.name;
      if (fs::exists(fs::symlink_status(path))) continue;
      replace_file(path.string(), index.content);
      changes.push_back({path.string(), Change::created});
    }
  }
  return changes;
}

std::vector<FileChange> remove_lock(const std::string& directory) {
  require_directory(directory);
  std::vector<FileChange> changes = take_block(settings_file(directory), lock_name);
  for (const fs::path& folder : folders(directory)) {
    for (const auto& index : index_files) {
      const std::string path = (folder / index.name).string();
      if (!fs::is_regular_file(fs::symlink_status(path)) || read_file(path) != index.content) continue;
      remove_file(path);
      changes.push_back({path, Change::removed});
    }
  }
  return changes;
}

std::vector<FileChange> install_site(const std::string& folder, const Site& site) {
  require_directory(folder);
  return {put_block(settings_file(folder), site_name, site_block(site), Position::top)};
}

std::vector<FileChange> remove_site(const std::string& folder) {
  require_directory(folder);
  return take_block(settings_file(folder), site_name);
}

std::vector<FileChange> install_worker(const std::string& directory, const std::string& gate) {
  require_directory(directory);
  const bool is_cgi_bin = fs::canonical(directory).filename() == "cgi-bin";
  const std::string block = worker_block(gate, is_cgi_bin ? WorkerFolder::cgi_bin : WorkerFolder::ordinary);
  return {put_block(settings_file(directory), worker_name, block, Position::bottom)};
}

std::vector<FileChange> remove_worker(const std::string& directory) {
  require_directory(directory);
  return take_block(settings_file(directory), worker_name);
}

}  // namespace claimcheck::htaccess
