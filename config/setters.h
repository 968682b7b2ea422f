#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/settings.h"
#include "core/limits.h"
#include "core/quantity.h"

namespace claimcheck::config {

using limits::longest_ttl;

// What several tables ask of their texts.

inline Wrong anything(const std::string&) {
  return std::nullopt;
}

inline Wrong is_absolute(const std::string& path) {
  if (!path.starts_with("/")) return "must be an absolute path, such as \"/home/me/public_html/wp-content/uploads/claimcheck\"";
  return std::nullopt;
}

inline Wrong is_absolute_or_empty(const std::string& path) {
  if (!path.empty() && !path.starts_with("/")) return "must be an absolute path";
  return std::nullopt;
}

inline Wrong is_store_url(const std::string& url) {
  if (url.starts_with("sqlite:/") || url.starts_with("mysql://")) return std::nullopt;
  return "must be \"sqlite:/absolute/path/claimcheck.db\" or \"mysql://user@host/database\"";
}

inline Wrong is_web_url_or_empty(const std::string& url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  if (!url.empty() && (!web || url.find_first_of(" \t\"<>") != std::string::npos))
    return "must be an address such as \"https://example.com/page\"";
  return std::nullopt;
}

// Each of these makes the `set` of a setting. `member` or `place` says where in its table the value goes; `place` returns a
// reference to it.

/// Text that `check` has nothing to say against.
template <class Table, class Check>
auto text(std::string Table::* member, Check check) {
  return [=](Table& table, const Value& value) -> Wrong {
    const auto* given = std::get_if<std::string>(&value);
    if (given == nullptr) return "must be text in quotes";
    if (auto wrong = check(*given)) return wrong;
    table.*member = *given;
    return std::nullopt;
  };
}

/// A length of time such as "24h", from `least` to `most`.
template <class Table, class Place>
auto duration(Place place, seconds least, seconds most) {
  return [=](Table& table, const Value& value) -> Wrong {
    const auto* given = std::get_if<std::string>(&value);
    const auto length = given == nullptr ? std::nullopt : parse_duration(*given);
    if (!length) return "must be a length of time in quotes, such as \"90s\", \"24h\" or \"7d\"";
    if (*length < least || *length > most)
      return fmt::format("must be from {} to {}", format_duration(least), format_duration(most));
    place(table) = *length;
    return std::nullopt;
  };
}

/// A whole number, from `least` to `most`.
template <class Table, class Place>
auto number(Place place, std::int64_t least, std::int64_t most) {
  return [=](Table& table, const Value& value) -> Wrong {
    const auto* given = std::get_if<std::int64_t>(&value);
    if (given == nullptr || *given < least || *given > most)
      return fmt::format("must be a whole number from {} to {}", least, most);
    place(table) = *given;
    return std::nullopt;
  };
}

/// The same of a member.
template <class Table>
auto count(std::int64_t Table::* member, std::int64_t least, std::int64_t most) {
  return number<Table>([=](Table& table) -> std::int64_t& { return table.*member; }, least, most);
}

/// One of some words, each of which stands for something.
template <class Table, class Choice>
auto choice(std::vector<std::pair<std::string, Choice>> choices, std::function<Choice&(Table&)> place) {
  return [choices = std::move(choices), place = std::move(place)](Table& table, const Value& value) -> Wrong {
    const auto* given = std::get_if<std::string>(&value);
    for (const auto& [word, meaning] : choices) {
      if (given == nullptr || *given != word) continue;
      place(table) = meaning;
      return std::nullopt;
    }
    std::string words;
    for (const auto& [word, meaning] : choices) words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", word);
    return "must be one of " + words;
  };
}

/// One of some words, kept as it is.
template <class Table>
auto word(std::string Table::* member, std::initializer_list<std::string> words) {
  std::vector<std::pair<std::string, std::string>> choices;
  for (const std::string& each : words) choices.emplace_back(each, each);
  return choice<Table, std::string>(std::move(choices), [=](Table& table) -> std::string& { return table.*member; });
}

/// true or false.
template <class Table, class Place>
auto flag(Place place) {
  return [=](Table& table, const Value& value) -> Wrong {
    const auto* given = std::get_if<bool>(&value);
    if (given == nullptr) return "must be true or false";
    place(table) = *given;
    return std::nullopt;
  };
}

/// A list of texts that `check` has nothing to say against.
template <class Table, class Place, class Check>
auto texts(Place place, Check check, const char* example) {
  return [=](Table& table, const Value& value) -> Wrong {
    const auto* given = std::get_if<std::vector<std::string>>(&value);
    if (given == nullptr) return fmt::format("must be a list of texts in quotes, such as {}", example);
    for (const std::string& each : *given)
      if (const auto wrong = check(each)) return fmt::format("has \"{}\", which {}", each, *wrong);
    place(table) = *given;
    return std::nullopt;
  };
}

/// A size such as "64 MiB" or a rate such as "2 MB/s"; "0" for none.
template <class Table, class Place>
auto bytes(std::optional<std::uint64_t> (*parse)(std::string_view), Place place, const char* example) {
  return [=](Table& table, const Value& value) -> Wrong {
    const auto* given = std::get_if<std::string>(&value);
    const auto amount = given == nullptr ? std::nullopt : *given == "0" ? std::optional<std::uint64_t>{0} : parse(*given);
    if (!amount) return fmt::format("must be given in quotes, such as \"{}\"; \"0\" for none", example);
    place(table) = *amount;
    return std::nullopt;
  };
}

}  // namespace claimcheck::config
