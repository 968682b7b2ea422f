#pragma once

#include <string>
#include <string_view>

namespace claimcheck {

/// A Content-Disposition value that makes a browser save the answer under `filename` (UTF-8).
///
/// `filename=` is a quoted string of printable US-ASCII without quotes, backslashes, percent signs or path separators
/// (each replaced by "_"; "download" if nothing is left); `filename*=` follows whenever the two would differ and decodes to
/// `filename` exactly. No control octet is ever emitted. Invalid UTF-8 is replaced by U+FFFD. Never throws.
/// Source: RFC 6266 section 4, RFC 8187 section 3.2; vectors in tests/data/http-range/content-disposition.json.
std::string content_disposition(std::string_view filename);

}  // namespace claimcheck
