#pragma once

#include <memory>
#include <string>

#include "core/storage.h"

namespace claimcheck::files {

/// A storage of kind "directory": the regular files beneath `root` (an absolute path).
///
/// A path is walked segment by segment from the root without ever following a symbolic link, so nothing outside can be
/// reached, whatever the path says and whatever is renamed meanwhile. FIFOs, sockets, devices and folders are "not found";
/// none of them is waited for.
std::unique_ptr<Storage> open_directory(std::string root);

}  // namespace claimcheck::files
