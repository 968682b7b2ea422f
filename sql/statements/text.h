#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace claimcheck::sql::statements {

/// Text that can be put together at compile time, so that a column list is written once.
template <std::size_t size>
struct Text {
  char characters[size];

  constexpr operator std::string_view() const { return {characters, size - 1}; }
};
template <std::size_t size>
Text(const char (&)[size]) -> Text<size>;

template <std::size_t left, std::size_t right>
consteval Text<left + right - 1> operator+(const Text<left>& head, const Text<right>& tail) {
  Text<left + right - 1> whole{};
  std::copy_n(tail.characters, right, std::copy_n(head.characters, left - 1, whole.characters));
  return whole;
}

/// `beginning`, and `part` so many times, with `between` between two: for statements about several rows.
std::string repeated(std::string_view beginning, std::string_view part, std::string_view between, std::size_t times);

}  // namespace claimcheck::sql::statements
