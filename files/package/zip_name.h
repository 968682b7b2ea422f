#pragma once

#include <string>
#include <string_view>

namespace claimcheck::files {

/// Whether an entry of that name stays beneath the folder it is extracted to, whoever extracts it on whatever system: not
/// empty, not absolute, no drive letter, no ".." segment, no backslash, no control octet.
bool is_safe_entry_name(std::string_view name);

/// What a name comes to: without empty and "." segments, so that two spellings of one file are the same.
std::string plain_entry_name(std::string_view name);

}  // namespace claimcheck::files
