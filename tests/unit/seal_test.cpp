#include "core/seal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using test::thrown;

class Sealing : public testing::Test {
 protected:
  std::string close(const std::string& text) const { return seal.close(text, place, random); }

  const std::string key = std::string(32, 'k'), place = "mail 1";
  const Seal seal{key};
  const Random random = secure_random();
};

TEST_F(Sealing, WhatWasSealedIsOpenedAsItWas) {
  const std::string texts[] = {"", "a", "ab", "abc", std::string(3, '\0'), "\xff\xfe", "Grüße\r\n", std::string(100'000, 'x')};
  for (const std::string& text : texts) {
    const std::string sealed = close(text);
    EXPECT_EQ(seal.open(sealed, place), text);
    EXPECT_EQ(Seal{key}.open(sealed, place), text) << "another process with the same key";
    EXPECT_TRUE(std::ranges::all_of(sealed, [](char c) { return c > ' ' && c <= '~'; })) << "ASCII";
    EXPECT_EQ(text.size() > 3 ? sealed.find(text) : sealed.npos, sealed.npos);
  }
  EXPECT_EQ(seal.open(seal.close("text", "", random), ""), "text");
}

TEST_F(Sealing, TheSameTextIsSealedDifferentlyEachTime) {
  EXPECT_NE(close("text"), close("text"));
}

TEST_F(Sealing, NoOtherKeyAndNoOtherPlaceOpensIt) {
  const std::string sealed = close("text");
  EXPECT_EQ(Seal{std::string(31, 'k') + "l"}.open(sealed, place), std::nullopt);
  EXPECT_EQ(Seal{key + "k"}.open(sealed, place), std::nullopt);
  for (const char* other : {"", "mail 2", "mail 10", "Mail 1"}) EXPECT_EQ(seal.open(sealed, other), std::nullopt) << other;
}

TEST_F(Sealing, NoCharacterOfItCanBeAnother) {
  for (const std::string text : {"", "a", "ab"}) {  // with two padding characters, one, none
    const std::string sealed = close(text);
    for (std::size_t i = 0; i < sealed.size(); ++i)
      for (int c = 0; c < 256; ++c) {
        std::string changed = sealed;
        changed[i] = static_cast<char>(c);
        if (changed != sealed) {
          EXPECT_EQ(seal.open(changed, place), std::nullopt) << "character " << i << " of " << sealed << " as " << c;
        }
      }
  }
}

TEST_F(Sealing, NothingCanBeCutOffOrPutOn) {
  const std::string sealed = close("text");
  for (std::size_t length = 0; length < sealed.size(); ++length)
    EXPECT_EQ(seal.open(sealed.substr(0, length), place), std::nullopt) << length;
  for (const char* more : {" ", "\n", "=", "====", "AAAA"}) {
    EXPECT_EQ(seal.open(sealed + more, place), std::nullopt) << more;
    EXPECT_EQ(seal.open(more + sealed, place), std::nullopt) << more;
  }
}

TEST_F(Sealing, WhatIsNoSealedTextIsNotOpened) {
  for (const std::string text : {"", " ", "    ", "=", "==", "====", "AAAA", "text", "\xff\xff\xff\xff"})
    EXPECT_EQ(seal.open(text, place), std::nullopt) << text;
  EXPECT_EQ(seal.open(std::string(40, 'A'), place), std::nullopt) << "long enough";
}

TEST_F(Sealing, AShortKeyIsRefused) {
  const auto error = thrown([] { Seal{std::string(31, 'k')}; });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::bad_request);
}

}  // namespace
}  // namespace claimcheck
