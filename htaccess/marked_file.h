#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claimcheck::htaccess {

/// Where a new block goes in a file that has none of ours yet.
enum class Position {
  top,  ///< before everything else: the site block must come before "# BEGIN WordPress"
  bottom,
};

/// The text with `block` between "# BEGIN <name>" and "# END <name>" lines: replaces our block where it stands, else adds it
/// at `position`. All other bytes, line ends included, stay as they are. Applying it twice changes nothing.
/// Only whole lines that equal our markers count (WordPress writes comments that merely contain a marker's text).
/// Throws Error{bad_request} if a begin marker has no end marker.
std::string with_block(std::string_view text, std::string_view name, std::string_view block, Position position);

/// The text without our block and without the line breaks that with_block added: byte for byte what with_block was given.
std::string without_block(std::string_view text, std::string_view name);

/// The body of our block, or nothing.
std::optional<std::string> block_in(std::string_view text, std::string_view name);

enum class Change { created, updated, unchanged, removed };

/// Reads a whole file; nothing if there is none. Throws Error{unavailable} naming the file and the reason.
std::optional<std::string> read_file(const std::string& path);

/// Replaces a file atomically (temporary file beside it, fsync, rename), keeping its mode, and keeps the old content once as
/// `<path>.claimcheck-bak`. Throws Error{unavailable} naming the file, the reason and the fix if it cannot be written;
/// the old file is then untouched. Symbolic links are followed to the file they name.
void replace_file(const std::string& path, std::string_view content);

}  // namespace claimcheck::htaccess
