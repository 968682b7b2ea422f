#pragma once

#include <memory>
#include <string>

#include "admin/log_input.h"

namespace claimcheck::admin {

/// What a descriptor yields until its end: a file, a pipe. It is not closed.
std::unique_ptr<LogInput> read_descriptor(int descriptor);

/// The same for a file. Throws Error{bad_request} if it cannot be opened.
std::unique_ptr<LogInput> read_file(const std::string& path);

}  // namespace claimcheck::admin
