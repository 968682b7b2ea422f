#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace claimcheck::test {

/// What of `value` is not as `schema` has it, with the path to it. Knows the words that our description uses: type, enum,
/// properties, required, additionalProperties, items, and $ref within `document`; throws on others that restrict.
std::vector<std::string> violations(const nlohmann::json& value, const nlohmann::json& schema, const nlohmann::json& document);

}  // namespace claimcheck::test
