#pragma once

#include <string>

namespace claimcheck::fcgi {

/// How much one page of a list holds at most.
inline constexpr int most_on_a_page = 200;

/// The parameter `limit` of a list. Throws Error{bad_request} unless it is a number from 1 to most_on_a_page.
int page_limit(const std::string& text);

}  // namespace claimcheck::fcgi
