#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claimcheck::cron {

/// Where a text is going to stand in a mail.
enum class Context { subject, text, html };

/// The characters of a UTF-8 text, which they refer to; an octet that belongs to none stands for itself.
std::vector<std::string_view> characters(std::string_view text);

/// At most so many of them, from the beginning.
std::string_view first_characters(std::string_view text, std::size_t most);

/// A text from anywhere as one line that cannot disturb what stands around it: control characters and line separators become
/// spaces, characters that turn the direction of writing are left out, and what is no UTF-8 becomes U+FFFD.
std::string one_line(std::string_view text);

/// The same for a text of several lines: line ends are kept, as "\n".
std::string several_lines(std::string_view text);

/// A space that wrapped() does not break at. one_line() and several_lines() leave none, so it never comes from outside.
inline constexpr char firm_space = '\x1f';

/// Text with lines of at most 76 bytes, broken at spaces, where there are any; firm spaces become common ones.
std::string wrapped(std::string_view text);

/// At most 150 characters of a line, with "…" for the rest.
std::string shortened(std::string_view line);

}  // namespace claimcheck::cron
