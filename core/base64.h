#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claimcheck {

/// `bytes` in base64 with padding, in one line. Source: RFC 4648 section 4.
std::string base64(std::string_view bytes);

/// The same in lines of 76 characters with CR LF between them, as mails carry it. Source: RFC 2045 section 6.8.
std::string base64_lines(std::string_view bytes);

/// The bytes that base64() writes as `text`. There is one way to write them: spaces, line breaks, missing padding and spare
/// bits that are set are none.
/// @return nothing for any other text
std::optional<std::string> from_base64(std::string_view text);

}  // namespace claimcheck
