#pragma once

#include <memory>
#include <optional>
#include <string>

#include "admin/log_input.h"

namespace claimcheck::admin {

/// Follows a file by its name. When another file has that name, the old one is read for three seconds more at least, until its
/// writer has turned to the new one; a file that got shorter is read from its beginning, and one that is not there is waited
/// for.
/// @param position  where to begin, if that file is still in the folder, whatever its name; else at the beginning
/// Throws Error{bad_request} if its folder is not there.
std::unique_ptr<LogInput> follow_file(const std::string& path, const std::optional<LogPosition>& position);

}  // namespace claimcheck::admin
