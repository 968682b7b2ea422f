#include "core/range.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace claimcheck {
namespace {

using Kind = RangeChoice::Kind;

constexpr std::uint64_t five_gib = 5ULL << 30U;
constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

/// "whole", "unsatisfiable", or the ranges as "first+length …".
std::string told(const RangeChoice& choice) {
  if (choice.kind == Kind::whole) return choice.ranges.empty() ? "whole" : "whole, but with ranges";
  if (choice.kind == Kind::unsatisfiable) return choice.ranges.empty() ? "unsatisfiable" : "unsatisfiable, but with ranges";
  std::string text;
  for (const Range& range : choice.ranges) {
    text += (text.empty() ? "" : " ") + std::to_string(range.first) + "+" + std::to_string(range.length);
  }
  return text;
}

TEST(ChooseRange, FollowsTheGrammarAndClipsToTheFile) {
  const std::string forty_nines(40, '9');
  const std::string forty_digits_of_five = std::string(39, '0') + "5";
  const struct {
    const char* name;
    std::string header;
    std::uint64_t size;
    const char* expected;
  } cases[] = {
      {"no header", "", 10, "whole"},
      {"the first bytes", "bytes=0-4", 10, "0+5"},
      {"one byte", "bytes=0-0", 10, "0+1"},
      {"the last byte", "bytes=9-9", 10, "9+1"},
      {"open end", "bytes=4-", 10, "4+6"},
      {"all of it, asked as a range", "bytes=0-", 10, "0+10"},
      {"an end past the file", "bytes=4-10", 10, "4+6"},
      {"a suffix", "bytes=-3", 10, "7+3"},
      {"a suffix as long as the file", "bytes=-10", 10, "0+10"},
      {"a suffix longer than the file", "bytes=-11", 10, "0+10"},
      {"a suffix of nothing", "bytes=-0", 10, "unsatisfiable"},
      {"a suffix of nothing in long", "bytes=-000", 10, "unsatisfiable"},
      {"a start at the end", "bytes=10-", 10, "unsatisfiable"},
      {"a start past the end", "bytes=11-20", 10, "unsatisfiable"},

      {"the unit in capitals", "BYTES=0-4", 10, "0+5"},
      {"the unit in mixed case", "bYtEs=0-4", 10, "0+5"},
      {"another unit", "items=0-4", 10, "whole"},
      {"half a unit", "byte=0-4", 10, "whole"},
      {"a longer unit", "bytess=0-4", 10, "whole"},
      {"no unit", "=0-4", 10, "whole"},
      {"no equals sign", "bytes 0-4", 10, "whole"},
      {"the unit alone", "bytes", 10, "whole"},
      {"no range", "bytes=", 10, "whole"},
      {"only commas", "bytes=,, ,", 10, "whole"},

      {"blanks around the field", " \tbytes=0-4 \t", 10, "0+5"},
      {"blanks around the range", "bytes= \t0-4 ", 10, "0+5"},
      {"a blank before the equals sign", "bytes =0-4", 10, "whole"},
      {"a blank before the dash", "bytes=0 -4", 10, "whole"},
      {"a blank after the dash", "bytes=0- 4", 10, "whole"},
      {"two ranges without a comma", "bytes=0-1 4-5", 10, "whole"},

      {"no dash", "bytes=4", 10, "whole"},
      {"only a dash", "bytes=-", 10, "whole"},
      {"two dashes", "bytes=0--4", 10, "whole"},
      {"three numbers", "bytes=0-4-5", 10, "whole"},
      {"an end before the start", "bytes=5-4", 10, "whole"},
      {"a sign", "bytes=+1-4", 10, "whole"},
      {"a signed end", "bytes=1-+4", 10, "whole"},
      {"a negative suffix", "bytes=--5", 10, "whole"},
      {"hexadecimal", "bytes=0x0-0x4", 10, "whole"},
      {"letters", "bytes=a-b", 10, "whole"},
      {"a decimal point", "bytes=0.0-4", 10, "whole"},
      {"leading zeros", "bytes=0000-00004", 10, "0+5"},
      {"forty digits of five", "bytes=" + forty_digits_of_five + "-", 10, "5+5"},

      {"the largest 64-bit end", "bytes=0-18446744073709551615", 10, "0+10"},
      {"one more than 64 bits", "bytes=0-18446744073709551616", 10, "0+10"},
      {"an end of forty digits", "bytes=3-" + forty_nines, 10, "3+7"},
      {"a start of forty digits", "bytes=" + forty_nines + "-", 10, "unsatisfiable"},
      {"a suffix of forty digits", "bytes=-" + forty_nines, 10, "0+10"},
      {"the largest 64-bit start", "bytes=18446744073709551615-", 10, "unsatisfiable"},
      {"the largest signed start", "bytes=9223372036854775807-", 10, "unsatisfiable"},
      {"an end before the start, both beyond 64 bits", "bytes=" + forty_nines + "-18446744073709551616", 10, "whole"},
      {"an end after the start, both beyond 64 bits", "bytes=18446744073709551616-" + forty_nines, 10, "unsatisfiable"},
      {"the last byte of the largest file", "bytes=18446744073709551614-18446744073709551615", largest,
       "18446744073709551614+1"},
      {"all of the largest file", "bytes=-18446744073709551615", largest, "0+18446744073709551615"},
      {"beyond 4 GiB", "bytes=4294967296-4294967297", five_gib, "4294967296+2"},

      {"an empty file, from its start", "bytes=0-", 0, "whole"},
      {"an empty file, a suffix", "bytes=-5", 0, "whole"},
      {"an empty file, past its end", "bytes=7-8", 0, "whole"},
      {"a file of one byte", "bytes=0-0", 1, "0+1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(told(choose_range(c.header, c.size)), c.expected);
  }
}

TEST(ChooseRange, AnswersSeveralRangesOnlyIfTheyAreFewAndDisjoint) {
  const auto repeated = [](std::size_t count) {
    std::string header = "bytes=";
    for (std::size_t i = 0; i < count; ++i) header += (i == 0 ? "" : ",") + std::to_string(2 * i) + "-" + std::to_string(2 * i);
    return header;
  };
  std::string sixteen = "0+1";
  for (std::size_t i = 1; i < max_ranges; ++i) sixteen += " " + std::to_string(2 * i) + "+1";
  std::string killer = "bytes=0-";
  for (int i = 0; i < 1300; ++i) killer += ",5-" + std::to_string(i);

  const struct {
    const char* name;
    std::string header;
    std::string expected;
  } cases[] = {
      {"two", "bytes=0-1,4-5", "0+2 4+2"},
      {"in the order asked for", "bytes=50-59,0-9,-10", "50+10 0+10 90+10"},
      {"side by side", "bytes=0-9,10-19", "0+10 10+10"},
      {"empty list elements", "bytes=,0-1, ,4-5,,", "0+2 4+2"},
      {"blanks around the commas", "bytes=0-1\t ,\t 4-5", "0+2 4+2"},
      {"the whole file in two parts", "bytes=50-,0-49", "50+50 0+50"},
      {"one that starts past the end is dropped", "bytes=100-,0-5", "0+6"},
      {"an empty suffix is dropped", "bytes=-0,0-5", "0+6"},
      {"all past the end", "bytes=100-,200-300,-0", "unsatisfiable"},
      {"one malformed spoils all", "bytes=0-1,5-4", "whole"},
      {"one malformed spoils even those past the end", "bytes=100-,x", "whole"},
      {"a shared byte", "bytes=0-5,5-9", "whole"},
      {"the same twice", "bytes=0-5,0-5", "whole"},
      {"one inside another", "bytes=0-50,10-20", "whole"},
      {"a suffix that reaches into another", "bytes=90-94,-10", "whole"},
      {"overlapping only after clipping", "bytes=99-200,99-300", "whole"},
      {"as many as are allowed", repeated(max_ranges), sixteen},
      {"one too many", repeated(max_ranges + 1), "whole"},
      {"too many, all but one past the end",
       "bytes=0-0,100-,100-,100-,100-,100-,100-,100-,100-,100-,100-,100-,100-,100-,100-,100-,100-", "whole"},
      {"1,301 overlapping ranges", killer, "whole"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(told(choose_range(c.header, 100)), c.expected);
  }
}

TEST(ContentRange, NamesTheFirstAndTheLastByteAndTheSize) {
  EXPECT_EQ(content_range({.first = 0, .length = 500}, 1234), "bytes 0-499/1234");
  EXPECT_EQ(content_range({.first = 1233, .length = 1}, 1234), "bytes 1233-1233/1234");
  EXPECT_EQ(content_range({.first = 0, .length = largest}, largest), "bytes 0-18446744073709551614/18446744073709551615");
}

TEST(ContentRange, OfAnUnsatisfiableRequestNamesOnlyTheSize) {
  EXPECT_EQ(unsatisfied_range(1234), "bytes */1234");
  EXPECT_EQ(unsatisfied_range(0), "bytes */0");
}

TEST(TotalLength, IsTheSumOfAllRanges) {
  EXPECT_EQ(total_length({}), 0U);
  EXPECT_EQ(total_length({{.first = 7, .length = 3}}), 3U);
  EXPECT_EQ(total_length({{.first = five_gib, .length = five_gib}, {.first = 0, .length = 1}}), five_gib + 1);
}

/// The reference writes every number with as many digits, so that the order of texts is the order of numbers.
std::string padded(const std::string& digits) {
  return std::string(64 - digits.size(), '0') + digits;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string without_blanks_around(std::string text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.erase(0, 1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  return text;
}

/// One range-spec by the letter of RFC 9110 section 14.1.2: first and last byte; `past_end` or `malformed`.
constexpr std::pair<std::uint64_t, std::uint64_t> past_end{1, 0}, malformed{2, 0};

std::pair<std::uint64_t, std::uint64_t> reference_spec(const std::string& spec, std::uint64_t size) {
  if (std::ranges::count(spec, '-') != 1) return malformed;
  const std::string left = spec.substr(0, spec.find('-')), right = spec.substr(spec.find('-') + 1);
  const std::string size_text = padded(std::to_string(size));
  if (left.empty()) {
    if (!is_number(right)) return malformed;
    if (padded(right) == padded("0")) return past_end;
    if (padded(right) >= size_text) return {0, size - 1};
    return {size - std::stoull(right), size - 1};
  }
  if (!is_number(left) || (!right.empty() && !is_number(right))) return malformed;
  if (!right.empty() && padded(right) < padded(left)) return malformed;
  if (padded(left) >= size_text) return past_end;
  if (right.empty() || padded(right) >= size_text) return {std::stoull(left), size - 1};
  return {std::stoull(left), std::stoull(right)};
}

std::string reference(const std::string& field, std::uint64_t size) {
  const std::string header = without_blanks_around(field);
  std::string unit = header.substr(0, 6);
  for (char& c : unit) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (size == 0 || unit != "bytes=") return "whole";

  std::vector<std::string> specs{""};
  for (const char c : header.substr(6)) {
    if (c == ',') {
      specs.emplace_back();
    } else {
      specs.back() += c;
    }
  }
  std::string text;
  std::size_t asked = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> chosen;
  for (std::string& spec : specs) {
    spec = without_blanks_around(spec);
    if (spec.empty()) continue;
    ++asked;
    const auto bytes = reference_spec(spec, size);
    if (bytes == malformed) return "whole";
    if (bytes == past_end) continue;
    for (const auto& other : chosen) {
      if (bytes.first <= other.second && other.first <= bytes.second) text = "overlap";
    }
    chosen.push_back(bytes);
  }
  if (asked == 0 || asked > max_ranges || text == "overlap") return "whole";
  if (chosen.empty()) return "unsatisfiable";
  for (const auto& [first, last] : chosen) {
    text += (text.empty() ? "" : " ") + std::to_string(first) + "+" + std::to_string(last - first + 1);
  }
  return text;
}

/// Headers near every border of the grammar and of the file.
class RandomHeaders {
 public:
  explicit RandomHeaders(std::uint64_t size) : size_(size) {}

  std::string next() {
    std::string header = pick(units_);
    const std::size_t specs = below(4) != 0 ? 1 : below(20);
    for (std::size_t i = 0; i < specs; ++i) header += (i == 0 ? "" : pick(commas_)) + spec();
    for (std::size_t mangled = below(4) == 0 ? 1 + below(3) : 0; mangled > 0 && !header.empty(); --mangled) {
      const std::size_t at = below(header.size());
      if (below(2) == 0) {
        header[at] = letters_[below(letters_.size())];
      } else {
        header.erase(at, 1);
      }
    }
    return header;
  }

 private:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  template <std::size_t N>
  std::string pick(const std::array<const char*, N>& choices) {
    return choices[below(N)];
  }

  std::string number() {
    switch (below(8)) {
      case 0:
        return std::to_string(below(3));
      case 1:
        return std::to_string(size_ + below(3));
      case 2:
        return std::to_string(size_ == 0 ? 0 : size_ - 1);
      case 3:
        return std::to_string(random_() >> below(64));
      case 4:
        return below(4) == 0 ? std::string(20 + below(21), '9') : std::to_string(largest);
      case 5:
        return std::string(below(5), '0') + std::to_string(below(size_));
      default:
        return std::to_string(below(size_));
    }
  }

  std::string spec() {
    switch (below(8)) {
      case 0:
        return "-" + number();
      case 1:
        return number() + "-";
      case 2:
        return below(3) == 0 ? "" : number();
      default:
        break;
    }
    std::string first = number(), last = number();
    if (below(8) != 0 && padded(last) < padded(first)) std::swap(first, last);
    return first + "-" + last;
  }

  static constexpr std::array<const char*, 12> units_{
      "bytes=", "bytes=", "bytes=", "bytes=", "bytes=", "bytes=", "BYTES=", "bytes", "bytes =", " bytes= ", "items=", ""};
  static constexpr std::array<const char*, 5> commas_{",", ", ", " ,", ",,", "\t, ,"};
  static constexpr std::string_view letters_ = "0123456789-,= \tbytesBx+.\xE4";

  std::uint64_t size_;
  std::mt19937_64 random_{20140625};
};

TEST(ChooseRange, AgreesWithASlowReferenceOnRandomHeaders) {
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{65'535}, std::uint64_t{65'536}, five_gib}) {
    RandomHeaders headers{size};
    int partial = 0;
    for (int i = 0; i < 10'000; ++i) {
      const std::string header = headers.next();
      const RangeChoice choice = choose_range(header, size);
      for (const Range& range : choice.ranges) {
        ASSERT_LT(range.first, size) << header;
        ASSERT_GE(range.length, 1U) << header;
        ASSERT_LE(range.length, size - range.first) << header;
      }
      ASSERT_LE(choice.ranges.size(), max_ranges) << header;
      ASSERT_EQ(told(choice), reference(header, size)) << "size " << size << ", header " << header;
      partial += choice.kind == Kind::partial ? 1 : 0;
    }
    EXPECT_EQ(partial > 1'000, size > 0) << partial << " valid headers prove little for size " << size;
  }
}

}  // namespace
}  // namespace claimcheck
