#pragma once

#include <string_view>

namespace claimcheck {

/// The Content-Type for a file name, by its last extension (case-insensitive); "application/octet-stream" if unknown, and for
/// types that a browser would run in the site's own origin (html, svg, xml, js …). Source: RFC 9110 section 8.3.
std::string_view media_type(std::string_view filename);

}  // namespace claimcheck
