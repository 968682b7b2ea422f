#pragma once

#include <memory>
#include <string>

#include "core/storage.h"

namespace claimcheck::files {

/// A storage of kind "directory": the regular files beneath `root` (an absolute path).
///
/// A path is walked as walk_to() does, so nothing outside can be reached. FIFOs, sockets, devices and folders are "not found";
/// none of them is waited for.
std::unique_ptr<Storage> open_directory(std::string root);

}  // namespace claimcheck::files
