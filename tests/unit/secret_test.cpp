#include "core/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace claimcheck {
namespace {

TEST(SecretTest, HasExactlySixtyFourLettersAndDigits) {
  const struct {
    const char* name;
    std::string text;
    bool valid;
  } cases[] = {
      {"64 letters", std::string(64, 'a'), true},
      {"letters and digits", std::string(31, 'Z') + std::string(33, '9'), true},
      {"63", std::string(63, 'a'), false},
      {"65", std::string(65, 'a'), false},
      {"nothing", "", false},
      {"a dash", std::string(63, 'a') + "-", false},
      {"a NUL", std::string(63, 'a') + std::string(1, '\0'), false},
      {"a byte beyond ASCII", std::string(63, 'a') + "\xe9", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Secret::parse(c.text).has_value(), c.valid);
  }
}

TEST(SecretTest, EveryLetterIsEquallyLikelyAndNoSecretComesTwice) {
  const Random random = secure_random();
  std::map<char, double> counts;
  std::set<std::string> seen;
  constexpr int secrets = 4000;
  for (int i = 0; i < secrets; ++i) {
    const std::string text = Secret::make(random).reveal();
    EXPECT_TRUE(Secret::parse(text).has_value());
    seen.insert(text);
    for (const char letter : text) ++counts[letter];
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(secrets));
  ASSERT_EQ(counts.size(), 62U);
  const double expected = secrets * 64 / 62.0;
  double chi_square = 0;
  for (const auto& [letter, count] : counts) chi_square += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi_square, 140) << "61 degrees of freedom: one run in ten million is beyond 140";
}

TEST(SecretTest, AGuessedOrMistypedOneDoesNotCheckOut) {
  const std::string text = Secret::make(secure_random()).reveal();
  EXPECT_TRUE(Secret::parse(text).value().checks_out());
  for (std::size_t place = 0; place < text.size(); ++place) {
    std::string mistyped = text;
    mistyped[place] = mistyped[place] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(Secret::parse(mistyped).value().checks_out()) << place;
  }
  EXPECT_TRUE(Secret::parse(std::string(58, 'a') + "eSZdt3").value().checks_out()) << "as every version and node computes it";
}

TEST(BufferedRandom, HandsOutTheSourcesBytesEachOnce) {
  unsigned next = 0;
  int fetches = 0;
  const Random counting = [&](std::span<unsigned char> out) {
    ++fetches;
    std::ranges::generate(out, [&] { return static_cast<unsigned char>(next++ / 4); });
  };
  const Random random = buffered(counting);
  std::map<unsigned char, int> seen;
  for (int i = 0; i < 100; ++i) {
    std::array<unsigned char, 10> some{};
    random(some);
    for (const unsigned char byte : some) ++seen[byte];
  }
  EXPECT_EQ(fetches, 1);
  for (const auto& [byte, times] : seen) EXPECT_LE(times, 4) << "a piece was handed out twice";
  std::array<unsigned char, 2000> many{};
  random(many);
  EXPECT_EQ(fetches, 2) << "what the buffer cannot hold comes from the source itself";
}

TEST(SecretTest, LettersAreDrawnWithoutModuloBias) {
  // 248 is the largest multiple of 62 below 256: the bytes 248 to 255 must be thrown away.
  unsigned char next = 240;
  const Random counting = [&](std::span<unsigned char> out) { std::ranges::generate(out, [&] { return next++; }); };
  EXPECT_TRUE(Secret::make(counting).reveal().starts_with("23456789ABCDEF"));
}

TEST(DigestTest, IsSha256InLowerCaseHexadecimal) {
  EXPECT_EQ(Digest::of("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(Digest::from_hex(std::string(64, 'f')).has_value());
  for (const std::string& wrong : {std::string(64, 'F'), std::string(63, 'f'), std::string(65, 'f'), std::string(64, 'g')})
    EXPECT_FALSE(Digest::from_hex(wrong).has_value()) << wrong;
}

TEST(UuidTest, CarriesItsTimeInFrontAndSortsByIt) {
  const Random random = secure_random();
  const std::string early = make_uuid(0x0189'abcd'ef01, random), late = make_uuid(0x0189'abcd'ef02, random);
  EXPECT_TRUE(early.starts_with("0189abcd-ef01-7")) << early;
  EXPECT_NE(std::string_view{"89ab"}.find(early[19]), std::string_view::npos) << early;
  EXPECT_LT(early, late);
  EXPECT_TRUE(is_uuid(early));
  for (const char* wrong : {"", "0189abcd-ef01-7000-8000-00000000000", "0189ABCD-ef01-7000-8000-000000000000",
                            "0189abcdxef01-7000-8000-000000000000"})
    EXPECT_FALSE(is_uuid(wrong)) << wrong;
  EXPECT_EQ(make_name(16, random).size(), 16U);
}

}  // namespace
}  // namespace claimcheck
