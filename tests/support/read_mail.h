#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace claimcheck::test {

/// A mail as a mail program would show it: {"headers", "text", "html", …}; see read_mail.py. Throws if it has defects.
nlohmann::json read_mail(const std::string& message);

/// The paths of the links in a text, such as "/dl/…".
std::vector<std::string> links_in(const std::string& text);

}  // namespace claimcheck::test
