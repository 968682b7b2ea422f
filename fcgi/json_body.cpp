#include "fcgi/json_body.h"

#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 4;

/// Called by the parser for every event, so that doubled members are seen before the last one wins.
class Watch {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > deepest) throw bad_value("body", "The body is nested too deeply.");
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.back().insert(parsed.get<std::string>()).second)
      throw bad_value(parsed.get<std::string>(), "A member of the body is there twice.");
    return true;
  }

 private:
  std::vector<std::set<std::string>> open_;
};

}  // namespace

JsonBody::JsonBody(const std::string& text) {
  try {
    members_ = Json::parse(text, Watch{});
  } catch (const Json::exception&) {
    throw bad_value("body", "The body must be one JSON object in UTF-8.");
  }
  if (!members_.is_object()) throw bad_value("body", "The body must be one JSON object in UTF-8.");
}

Json JsonBody::take(const char* name) {
  const auto found = members_.find(name);
  if (found == members_.end()) return nullptr;
  Json value = std::move(*found);
  members_.erase(found);
  if (value.is_null()) throw bad_value(name, "null is no value here; leave the member out instead.");
  return value;
}

std::optional<std::string> JsonBody::take_text(const char* name) {
  const Json value = take(name);
  if (value.is_null()) return std::nullopt;
  if (!value.is_string()) throw bad_value(name, "This member must be text.");
  return value.get<std::string>();
}

std::optional<std::int64_t> JsonBody::take_number(const char* name) {
  const Json value = take(name);
  if (value.is_null()) return std::nullopt;
  const bool too_large =
      value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (!value.is_number_integer() || too_large) throw bad_value(name, "This member must be a whole number.");
  return value.get<std::int64_t>();
}

std::map<std::string, std::string> JsonBody::take_texts(const char* name) {
  const Json value = take(name);
  if (value.is_null()) return {};
  if (!value.is_object()) throw bad_value(name, "This member must be an object whose members are texts.");
  std::map<std::string, std::string> texts;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) throw bad_value(name, "This member must be an object whose members are texts.");
    texts.emplace(key, text.get<std::string>());
  }
  return texts;
}

std::vector<std::string> JsonBody::take_list(const char* name) {
  const Json value = take(name);
  if (value.is_null()) return {};
  if (!value.is_array()) throw bad_value(name, "This member must be a list of texts.");
  std::vector<std::string> texts;
  for (const Json& text : value) {
    if (!text.is_string()) throw bad_value(name, "This member must be a list of texts.");
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::optional<bool> JsonBody::take_flag(const char* name) {
  const Json value = take(name);
  if (value.is_null()) return std::nullopt;
  if (!value.is_boolean()) throw bad_value(name, "This member must be true or false.");
  return value.get<bool>();
}

void JsonBody::require_nothing_else() const {
  if (!members_.empty()) throw bad_value(members_.begin().key(), "There is no such member in this request.");
}

}  // namespace claimcheck::fcgi
