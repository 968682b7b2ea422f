#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cron/local_time.h"

namespace claimcheck::cron {

/// How a language tells a number of things: {} stands for the number.
struct Counted {
  std::string_view one, many;
  std::string_view any;  ///< without a limit
};

/// What an error means, for the operator.
struct Explanation {
  std::string_view error, sentence;
};

/// All that mails in a language need besides their templates (cron/templates/CODE/).
struct Language {
  std::string_view code;  ///< "en"; small letters, parts joined by "_"
  std::string_view name;  ///< in the language itself
  std::array<std::string_view, 12> months;
  std::string_view date;         ///< pattern with {day}, {month}, {year}
  std::string_view moment;       ///< pattern with {date}, {hour}, {minute}, {zone}
  Counted downloads;             ///< after "works for"
  Counted times;                 ///< after "works"
  Counted minutes, hours, days;  ///< after "works for"
  Counted bytes;
  char decimal_mark = '.';
  std::vector<Explanation> explanations;
};

/// All of them; the first is the one for everybody else.
const std::vector<Language>& languages();

/// The nearest language to a WordPress or BCP 47 name: "de_DE_formal", "de-AT" and "DE" are "de". English if there is none.
const Language& language_for(std::string_view wanted);

/// "21 November 2026".
std::string format_date(const Language& language, const LocalTime& time);

/// "21 November 2026, 15:30 CET (UTC+1)".
std::string format_moment(const Language& language, const LocalTime& time);

/// "one download", "3 downloads"; "any number of downloads" for 0.
std::string format_downloads(const Language& language, std::int64_t count);

/// "once", "3 times"; "as often as you like" for 0.
std::string format_times(const Language& language, std::int64_t count);

/// "5 minutes", "72 hours", "7 days": in the unit that people would use, to the nearest; at least a minute.
std::string format_length(const Language& language, seconds length);

/// As claimcheck::format_size, with the language's decimal mark and word for bytes.
std::string format_size(const Language& language, std::uint64_t bytes);

/// A sentence about an error's word; the word itself if there is none.
std::string explain(const Language& language, std::string_view error);

}  // namespace claimcheck::cron
