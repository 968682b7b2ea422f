#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/error.h"

namespace claimcheck::test {

/// The Error that `action` ends with, or nothing if it ends without one.
template <class Action>
std::optional<Error> thrown(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// `details.NAME` as text, or an empty text if it is absent or a number.
inline std::string text_detail(const std::optional<Error>& error, const std::string& name) {
  if (!error) return {};
  for (const auto& [key, value] : error->details())
    if (key == name && std::holds_alternative<std::string>(value)) return std::get<std::string>(value);
  return {};
}

}  // namespace claimcheck::test
