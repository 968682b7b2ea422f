#pragma once

#include <string_view>

namespace claimcheck::fcgi {

/// The languages that pages speak.
enum class Language { english, german };

/// What a reader prefers. Source: RFC 9110 section 12.5.4.
/// @param accept_language  the field's value; empty if absent
/// @param otherwise        "en" or "de", for readers who like neither or do not say
Language preferred_language(std::string_view accept_language, std::string_view otherwise);

}  // namespace claimcheck::fcgi
