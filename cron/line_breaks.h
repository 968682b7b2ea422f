#pragma once

#include <string>
#include <string_view>

namespace claimcheck::cron {

/// `text` with every line break (CR LF, or a CR or LF alone) replaced by `line_break`.
std::string with_line_breaks(std::string_view text, std::string_view line_break);

/// What follows DATA: the message with line breaks of CR LF only, its last line ended by one, a dot more before every line that
/// begins with a dot, and behind it the dot that ends it. So the sequence that ends the mail occurs once, at its end, for
/// servers too that take a bare CR or LF for a line break.
/// Source: RFC 5321 sections 2.3.8, 4.1.1.4 and 4.5.2.
std::string smtp_data(std::string_view message);

}  // namespace claimcheck::cron
