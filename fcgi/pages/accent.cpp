#include "fcgi/pages/accent.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace claimcheck::fcgi {
namespace {

/// One channel of sRGB, made linear.
double linear(std::string_view two_digits) {
  int value = 0;
  std::from_chars(two_digits.data(), two_digits.data() + two_digits.size(), value, 16);
  const double share = value / 255.0;
  return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

double luminance(std::string_view color) {
  return 0.2126 * linear(color.substr(1, 2)) + 0.7152 * linear(color.substr(3, 2)) + 0.0722 * linear(color.substr(5, 2));
}

}  // namespace

std::string_view readable_on(std::string_view color) {
  const double light = luminance(color);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

std::string accent_rule(std::string_view color) {
  if (color.empty()) return {};
  return fmt::format(":root{{--accent:{};--on-accent:{}}}", color, readable_on(color));
}

}  // namespace claimcheck::fcgi
