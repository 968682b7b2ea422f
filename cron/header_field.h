#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace claimcheck::cron {

/// What a header may say of a text that anybody may have written: at most `most` characters of its one_line()
/// (cron/escaping.h), without spaces at their ends. Never throws.
std::string header_text(std::string_view anything, std::size_t most);

// The fields below are whole: "NAME: …\r\n", 7-bit, folded to lines of at most 76 octets where the standard lets us. What they
// take is header_text(); it stays readable where it is plain, and becomes encoded words where it is not.
// Source: RFC 5322 sections 2.2.3 and 3.2.5, RFC 2047.

/// A text, such as a subject.
std::string text_field(std::string_view name, std::string_view text);

/// One person: "NAME: Display Name <ADDRESS>".
/// @param display  may be empty
/// @param address  is_deliverable() (core/email_address.h)
std::string mailbox_field(std::string_view name, std::string_view display, std::string_view address);

/// What has neither spaces nor anything to encode, such as a message id; on a line of its own if it is long.
std::string token_field(std::string_view name, std::string_view token);

/// A parameter to put behind a value: ";\r\n filename=…", in the extended form where it is not plain and in several pieces
/// where it is long. Source: RFC 2231 sections 3 and 4.
std::string folded_parameter(std::string_view name, std::string_view text);

}  // namespace claimcheck::cron
