#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claimcheck::fcgi {

/// The JSON object in a request's body. Each member is taken at most once; what nobody took is unknown and refused by
/// require_nothing_else(). All methods throw Error{bad_request} with `details.field`.
class JsonBody {
 public:
  /// Refuses what is no object, nests deeper than four levels, or has a member twice.
  explicit JsonBody(const std::string& text);

  std::optional<std::string> take_text(const char* name);
  /// Whole numbers only; 1.0 and 1e3 are none.
  std::optional<std::int64_t> take_number(const char* name);
  /// An object whose members are texts.
  std::map<std::string, std::string> take_texts(const char* name);
  /// A list of texts; empty if it is absent.
  std::vector<std::string> take_list(const char* name);
  /// true or false.
  std::optional<bool> take_flag(const char* name);
  void require_nothing_else() const;

 private:
  nlohmann::json take(const char* name);

  nlohmann::json members_;
};

}  // namespace claimcheck::fcgi
