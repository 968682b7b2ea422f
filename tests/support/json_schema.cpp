#include "tests/support/json_schema.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace claimcheck::test {
namespace {

using Json = nlohmann::json;

/// Words of JSON Schema that restrict nothing, or only what a test's own values are.
const std::set<std::string> silent{"description", "format", "default", "pattern", "minimum", "maximum", "maxLength"};

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  throw std::runtime_error("nobody knows the type " + type);
}

class Validator {
 public:
  explicit Validator(const Json& document) : document_(document) {}

  void look(const Json& value, const Json& schema, const std::string& path) {
    for (const auto& [word, rule] : schema.items()) {
      if (word == "$ref") {
        look(value, document_.at(Json::json_pointer{rule.get<std::string>().substr(1)}), path);
      } else if (word == "type") {
        const auto types = rule.is_array() ? rule.get<std::vector<std::string>>() : std::vector{rule.get<std::string>()};
        if (std::ranges::none_of(types, [&](const std::string& type) { return is_of_type(value, type); }))
          say(path, "is " + std::string{value.type_name()} + ", not " + rule.dump());
      } else if (word == "enum") {
        if (std::ranges::find(rule, value) == rule.end()) say(path, "is none of " + rule.dump());
      } else if (word == "required") {
        for (const Json& name : rule)
          if (value.is_object() && !value.contains(name)) say(path, "lacks " + name.get<std::string>());
      } else if (word == "items") {
        if (value.is_array())
          for (std::size_t i = 0; i < value.size(); ++i) look(value[i], rule, path + "/" + std::to_string(i));
      } else if (word == "properties" || word == "additionalProperties") {
        continue;  // below, together
      } else if (!silent.contains(word)) {
        throw std::runtime_error("nobody looks at " + word);
      }
    }
    if (value.is_object()) look_at_members(value, schema, path);
  }

  std::vector<std::string> found;

 private:
  void look_at_members(const Json& value, const Json& schema, const std::string& path) {
    const Json none = Json::object();
    const Json& known = schema.contains("properties") ? schema.at("properties") : none;
    for (const auto& [name, member] : value.items()) {
      if (known.contains(name)) {
        look(member, known.at(name), path + "/" + name);
      } else if (schema.contains("additionalProperties")) {
        const Json& others = schema.at("additionalProperties");
        if (others == false)
          say(path, "has " + name);
        else
          look(member, others, path + "/" + name);
      }
    }
  }

  void say(const std::string& path, const std::string& what) { found.push_back((path.empty() ? "it" : path) + " " + what); }

  const Json& document_;
};

}  // namespace

std::vector<std::string> violations(const Json& value, const Json& schema, const Json& document) {
  Validator validator{document};
  validator.look(value, schema, "");
  return std::move(validator.found);
}

}  // namespace claimcheck::test
