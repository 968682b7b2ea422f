#pragma once

#include <string>
#include <string_view>

namespace claimcheck::config {

/// The text of a configuration file with one setting changed: the value on its line, or a new line right below [table]. Every
/// other byte stays, comments included.
/// @param table  "storage.uploads"
/// @param value  text, written in quotes
/// Throws Error{bad_request} if the table has no heading of its own in the text.
std::string with_setting(std::string_view text, std::string_view table, std::string_view key, std::string_view value);

}  // namespace claimcheck::config
