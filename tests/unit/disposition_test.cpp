#include "core/disposition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

namespace claimcheck {
namespace {

/// What a strict client makes of the header.
struct Understood {
  std::string filename;                 ///< from filename=
  std::optional<std::string> extended;  ///< the value of filename*=, still encoded
};

/// Reads the one form that is ever produced; nothing if there is anything else in it.
std::optional<Understood> understand(std::string_view header) {
  constexpr std::string_view prefix = "attachment; filename=\"";
  constexpr std::string_view infix = "; filename*=UTF-8''";
  if (!header.starts_with(prefix)) return std::nullopt;
  header.remove_prefix(prefix.size());
  const auto quote = header.find('"');
  if (quote == std::string_view::npos) return std::nullopt;
  Understood understood{.filename = std::string{header.substr(0, quote)}, .extended = std::nullopt};
  header.remove_prefix(quote + 1);
  if (header.empty()) return understood;
  if (!header.starts_with(infix)) return std::nullopt;
  understood.extended = header.substr(infix.size());
  return understood;
}

/// The octets an ext-value stands for; nothing if it is not of that form.
std::optional<std::string> percent_decoded(const std::string& text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view unescaped = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~";
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (unescaped.find(text[i]) == std::string_view::npos) return std::nullopt;
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex.find(text[i + 1]), low = hex.find(text[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

/// Checks what holds for every file name, and returns the name that the best client would save under.
std::string saved_as(const std::string& header) {
  EXPECT_TRUE(std::ranges::all_of(header, [](char c) { return c >= ' ' && c <= '~'; })) << header;
  const auto understood = understand(header);
  if (!understood) {
    ADD_FAILURE() << "not of the promised form: " << header;
    return {};
  }
  EXPECT_FALSE(understood->filename.empty()) << header;
  EXPECT_EQ(understood->filename.find_first_of("\\%/"), std::string::npos) << header;
  if (!understood->extended) return understood->filename;
  const auto decoded = percent_decoded(*understood->extended);
  EXPECT_TRUE(decoded.has_value()) << header;
  EXPECT_NE(decoded, understood->filename) << "filename* says nothing new: " << header;
  return decoded.value_or("");
}

nlohmann::json vectors() {
  std::ifstream file{std::string{CLAIMCHECK_SOURCE_DIR} + "/tests/data/http-range/content-disposition.json"};
  return nlohmann::json::parse(file);
}

TEST(ContentDisposition, KeepsTheGivenNameOfEveryVector) {
  const auto produce = vectors().at("produce");
  ASSERT_GE(produce.size(), 15U);
  for (const auto& vector : produce) {
    const std::string name = vector.at("filename");
    SCOPED_TRACE(name);
    const std::string header = content_disposition(name);
    EXPECT_EQ(saved_as(header), name);
    const auto understood = understand(header);
    if (understood && understood->extended) {
      EXPECT_EQ("UTF-8''" + *understood->extended, vector.at("ext_value").get<std::string>());
    }
  }
}

TEST(ContentDisposition, ReplacesWhatOldClientsMightMisread) {
  const struct {
    const char* name;
    std::string filename;
    const char* expected;
  } cases[] = {
      {"a plain name", "plans.pdf", R"(attachment; filename="plans.pdf")"},
      {"blanks and punctuation", "my plans, v2; (a)='b'.pdf", R"(attachment; filename="my plans, v2; (a)='b'.pdf")"},
      {"quotes", "a\"b\"", R"(attachment; filename="a_b_"; filename*=UTF-8''a%22b%22)"},
      {"a backslash", "a\\b", R"(attachment; filename="a_b"; filename*=UTF-8''a%5Cb)"},
      {"a percent sign", "50%", R"(attachment; filename="50_"; filename*=UTF-8''50%25)"},
      {"a path upwards", "../x", R"(attachment; filename=".._x"; filename*=UTF-8''..%2Fx)"},
      {"no name", "", R"(attachment; filename="download"; filename*=UTF-8'')"},
      {"one underscore a character", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80",
       R"(attachment; filename="___"; )"
       R"(filename*=UTF-8''%C3%A4%E2%82%AC%F0%9F%98%80)"},
      {"a line break", "a\r\nb", R"(attachment; filename="a__b"; filename*=UTF-8''a%0D%0Ab)"},
      {"a zero octet", std::string("a\0b", 3), R"(attachment; filename="a_b"; filename*=UTF-8''a%00b)"},
      {"a right-to-left override", "a\xE2\x80\xAE.exe", R"(attachment; filename="a_.exe"; filename*=UTF-8''a%E2%80%AE.exe)"},
      {"every kind of attr-char", "azAZ09!#$&+-.^_`|~ \xC2\xA0",
       R"(attachment; filename="azAZ09!#$&+-.^_`|~ _"; filename*=UTF-8''azAZ09!#$&+-.^_`|~%20%C2%A0)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(content_disposition(c.filename), c.expected);
  }
}

TEST(ContentDisposition, RepairsInvalidUtf8) {
  const std::string mark = "\xEF\xBF\xBD";
  const struct {
    const char* name;
    std::string filename;
    std::string saved;
  } cases[] = {
      {"a lone continuation", "a\x80z", "a" + mark + "z"},
      {"latin-1", "\xE4z", mark + "z"},
      {"an octet that never occurs", "\xFF\xC0z", mark + mark + "z"},
      {"cut off in the middle", "a\xE2\x82", "a" + mark},
      {"cut off by a letter", "\xF0\x9F\x98z", mark + "z"},
      {"an overlong slash", "\xC0\xAF", mark + mark},
      {"an overlong slash of three octets", "\xE0\x80\xAF", mark + mark + mark},
      {"a surrogate", "\xED\xA0\x80", mark + mark + mark},
      {"beyond the last character", "\xF4\x90\x80\x80", mark + mark + mark + mark},
      {"the last character", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
      {"the borders of two and three octets", "\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF",
       "\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"},
      {"a sequence that starts inside another", "\xE2\xC3\xA4", mark + "\xC3\xA4"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(saved_as(content_disposition(c.filename)), c.saved);
  }
}

TEST(ContentDisposition, MakesOneCleanHeaderOfAnyOctets) {
  std::mt19937_64 random{6266};
  for (int i = 0; i < 5'000; ++i) {
    std::string name(random() % 24, ' ');
    for (char& c : name) c = static_cast<char>(random() >> (random() % 8 == 0 ? 57 : 56));
    const std::string saved = saved_as(content_disposition(name));
    ASSERT_FALSE(HasFailure()) << testing::PrintToString(name);
    ASSERT_EQ(saved_as(content_disposition(saved)), saved) << "a repaired name needs no repair";
  }
}

TEST(ContentDisposition, TakesNamesOfAnyLength) {
  const std::string name(5'000, 'x');
  EXPECT_EQ(saved_as(content_disposition(name)), name);
  EXPECT_EQ(saved_as(content_disposition(name + "\xC3\xA4")), name + "\xC3\xA4");
}

}  // namespace
}  // namespace claimcheck
