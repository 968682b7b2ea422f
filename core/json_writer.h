#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace claimcheck {

/// Writes JSON text from its beginning to its end, for what is written so often that a tree of values to be thrown away
/// afterwards costs too much: a token's claims, lines of the log. Commas come by themselves; brackets and the order of calls
/// are the caller's. Everything comes out as ASCII.
class JsonWriter {
 public:
  /// '{' or '['
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  /// The name of an object's member; its value must follow.
  JsonWriter& member(std::string_view name);
  /// Bytes that are no UTF-8 become replacement characters.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(std::signed_integral auto number) { return write(std::int64_t{number}); }
  JsonWriter& value(std::unsigned_integral auto number) { return write(std::uint64_t{number}); }
  JsonWriter& null();

  std::string text() && { return std::move(text_); }

 private:
  JsonWriter& write(std::int64_t number);
  JsonWriter& write(std::uint64_t number);
  void separate();

  std::string text_;
};

}  // namespace claimcheck
