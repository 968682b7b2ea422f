#include "files/walk.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace claimcheck::files {

bool is_missing(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

Descriptor walk_to(const std::string& root, std::string_view path) {
  constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  Descriptor folder{::open(root.c_str(), flags)};
  if (!folder)
    throw Error{Errc::unavailable, fmt::format("the storage folder {} cannot be opened: {}", root, std::strerror(errno))};
  for (std::string_view rest = path; folder && !rest.empty();) {
    const std::string segment{rest.substr(0, rest.find('/'))};
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    Descriptor next{::openat(folder.number(), segment.c_str(), flags | O_NOFOLLOW)};
    if (!next && !is_missing(errno))
      throw Error{Errc::unavailable, fmt::format("a folder of {}/{} cannot be opened: {}", root, path, std::strerror(errno))};
    folder = std::move(next);
  }
  return folder;
}

}  // namespace claimcheck::files
