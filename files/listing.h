#pragma once

#include <string>
#include <string_view>

#include "core/storage.h"

namespace claimcheck::files {

/// Folders::list() of the folders beneath `root`, which are walked to as walk_to() does. No entry is said to be encrypted.
/// The nearly empty index files that a locked folder shows instead of a listing are not told.
/// @param left_out  files whose names end so are not told; empty: all are
FolderPage list_folder(const std::string& root, const FolderQuery& query, std::string_view left_out);

}  // namespace claimcheck::files
