#include "files/backup/hexadecimal.h"

#include <charconv>

namespace claimcheck::files {

std::optional<std::vector<unsigned char>> octets_of_hexadecimal(std::string_view digits) {
  constexpr int base = 16;
  constexpr std::string_view known = "0123456789abcdefABCDEF";
  if (digits.size() % 2 != 0 || digits.find_first_not_of(known) != std::string_view::npos) return std::nullopt;
  std::vector<unsigned char> octets(digits.size() / 2);
  for (std::size_t i = 0; i < octets.size(); ++i)
    std::from_chars(digits.data() + 2 * i, digits.data() + 2 * i + 2, octets[i], base);
  return octets;
}

}  // namespace claimcheck::files
