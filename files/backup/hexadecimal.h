#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace claimcheck::files {

/// The octets that hexadecimal digits of either case stand for, two each; nothing if there is anything else.
std::optional<std::vector<unsigned char>> octets_of_hexadecimal(std::string_view digits);

}  // namespace claimcheck::files
