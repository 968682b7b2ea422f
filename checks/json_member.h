#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace claimcheck::checks {

/// A member of what another program sent; null if `object` is no object or has none of that name.
const nlohmann::json& member(const nlohmann::json& object, const char* name);
/// A member that is text; empty if it is none.
std::string text_member(const nlohmann::json& object, const char* name);

}  // namespace claimcheck::checks
