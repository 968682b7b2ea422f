#pragma once

#include <string>
#include <string_view>

#include "core/descriptor.h"

namespace claimcheck::files {

/// Whether an errno says that there is nothing of that name, rather than that it cannot be reached.
bool is_missing(int error);

/// A folder beneath `root` (an absolute path), for finding things in it. The path is walked segment by segment without ever
/// following a symbolic link, so nothing outside can be reached, whatever the path says and whatever is renamed meanwhile.
/// @param path  segments between "/" that are not "", "." or ".."; empty: the root itself
/// @return nothing if it is not there
/// Throws Error{unavailable} if the root, or a folder on the way, cannot be opened.
Descriptor walk_to(const std::string& root, std::string_view path);

}  // namespace claimcheck::files
