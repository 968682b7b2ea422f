#pragma once

#include <string_view>

namespace claimcheck {

inline constexpr std::size_t longest_file_path = 700;  ///< bytes; fits an index of every supported database
inline constexpr std::size_t longest_filename = 255;   ///< bytes

/// Whether `path` may name a file beneath a storage's root: relative, "/"-separated, valid UTF-8 of 1 to 700 bytes, no empty,
/// "." or ".." segment, no segment over 255 bytes, no backslash, no control octet. The file system has the last word.
bool is_file_path(std::string_view path);

/// Whether `name` may be what a holder's copy is called: valid UTF-8 of 1 to 255 bytes, no "/" or "\", no control octet, not
/// "." or "..".
bool is_filename(std::string_view name);

/// The part after the last "/".
std::string_view last_segment(std::string_view path);

/// Whether `text` is well-formed UTF-8. Source: RFC 3629 section 4.
bool is_utf8(std::string_view text);

/// Whether `text` has an octet below 0x20, or 0x7f.
bool has_control_octet(std::string_view text);

}  // namespace claimcheck
