#include "files/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <compare>
#include <cstring>
#include <memory>
#include <set>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/file_path.h"
#include "files/walk.h"

namespace claimcheck::files {
namespace {

using Kind = FolderEntry::Kind;

/// In the order of a listing.
struct Place {
  Kind kind = Kind::folder;
  std::string name;

  auto operator<=>(const Place&) const = default;
};

Error no_folder(const std::string& folder) {
  return Error{Errc::file_not_found, "there is no folder that may be listed at " + folder};
}

bool is_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

std::optional<struct stat> status_of(const Descriptor& folder, const std::string& name) {
  struct stat status{};
  if (::fstatat(folder.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return status;
}

/// What a locked folder shows instead of a listing: of no use to anybody.
bool is_blind(const Descriptor& folder, const std::string& name) {
  constexpr off_t longest = 64;
  if (name != "index.html" && name != "index.php") return false;
  const auto status = status_of(folder, name);
  return status && status->st_size <= longest;
}

std::optional<Kind> kind_of(const struct stat& status) {
  if (S_ISDIR(status.st_mode)) return Kind::folder;
  if (S_ISREG(status.st_mode)) return Kind::file;
  return std::nullopt;
}

/// What is listed of a thing of that name; nothing if it is neither file nor folder. Not every file system tells it at once.
std::optional<Kind> kind_of(const Descriptor& folder, const dirent& found) {
  if (found.d_type == DT_DIR) return Kind::folder;
  if (found.d_type == DT_REG) return Kind::file;
  if (found.d_type != DT_UNKNOWN) return std::nullopt;
  const auto status = status_of(folder, found.d_name);
  return status ? kind_of(*status) : std::nullopt;
}

Error cannot_read(const std::string& folder, int fault) {
  return Error{Errc::unavailable, fmt::format("folder {} cannot be read: {}", folder, std::strerror(fault))};
}

/// Calls `each` with everything in a folder.
template <class Each>
void read_folder(const Descriptor& folder, const std::string& path, const Each& each) {
  const int number = ::openat(folder.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream{number < 0 ? nullptr : ::fdopendir(number), ::closedir};
  const int fault = errno;
  if (!stream && number >= 0) ::close(number);
  if (!stream) throw is_missing(fault) ? no_folder(path) : cannot_read(path, fault);  // it may have gone a moment ago
  for (errno = 0; const dirent* found = ::readdir(stream.get()); errno = 0) each(*found);
  if (errno != 0) throw cannot_read(path, errno);
}

/// Where a page begins. A name that is gone counts as a folder's, so that nothing is passed over.
Place place_after(const Descriptor& folder, const std::string& name) {
  const auto status = status_of(folder, name);
  return {.kind = (status ? kind_of(*status) : std::nullopt).value_or(Kind::folder), .name = name};
}

bool may_be_read(const Descriptor& folder, const Place& place) {
  const int wanted = place.kind == Kind::folder ? R_OK | X_OK : R_OK;
  return ::faccessat(folder.number(), place.name.c_str(), wanted, AT_EACCESS) == 0;
}

}  // namespace

FolderPage list_folder(const std::string& root, const FolderQuery& query, std::string_view left_out) {
  const bool is_root = query.folder.empty();
  if (!is_root && (!is_file_path(query.folder) || is_hidden(query.folder))) throw no_folder(query.folder);
  const Descriptor folder = walk_to(root, query.folder);
  if (!folder) throw no_folder(query.folder);
  const Place after = place_after(folder, query.after);
  std::set<Place> places;  // the first of those after `after`, one more than are told
  read_folder(folder, query.folder, [&](const dirent& found) {
    Place place{.name = found.d_name};
    if (is_hidden(place.name) || !is_file_path(is_root ? place.name : query.folder + "/" + place.name)) return;
    const auto kind = kind_of(folder, found);
    if (!kind || (*kind == Kind::file && !left_out.empty() && place.name.ends_with(left_out))) return;
    if (*kind == Kind::file && is_blind(folder, place.name)) return;
    place.kind = *kind;
    if (!query.after.empty() && place <= after) return;
    places.insert(std::move(place));
    if (places.size() > query.limit + 1) places.erase(std::prev(places.end()));
  });
  FolderPage page;
  if (places.size() > query.limit) {
    places.erase(std::prev(places.end()));
    page.after = places.empty() ? query.after : std::prev(places.end())->name;
  }
  for (const Place& place : places) {
    const auto status = status_of(folder, place.name);
    if (!status || kind_of(*status) != place.kind || !may_be_read(folder, place)) continue;
    page.entries.push_back({.kind = place.kind,
                            .name = place.name,
                            .size = place.kind == Kind::file ? static_cast<std::uint64_t>(status->st_size) : 0,
                            .modified = from_unix(status->st_mtim.tv_sec)});
  }
  return page;
}

}  // namespace claimcheck::files
