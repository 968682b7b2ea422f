#include "core/quantity.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace claimcheck {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

TEST(Duration, IsReadAsPeopleWriteIt) {
  const struct {
    const char* text;
    std::int64_t expected;
  } cases[] = {
      {"0", 0},
      {"0s", 0},
      {"90s", 90},
      {"15m", 900},
      {"24h", 86'400},
      {"7d", 604'800},
      {"2w", 1'209'600},
      {"1h 30m", 5'400},
      {"1h30m", 5'400},
      {"1 h 30 m", 5'400},
      {" 15m ", 900},
      {"007m", 420},
      {"1w 1d 1h 1m 1s", 694'861},
      {"1d 1s", 86'401},
      {"90m", 5'400},
      {"36525d", 3'155'760'000},
      {"3155760000s", 3'155'760'000},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_duration(c.text), seconds{c.expected}) << c.text;
}

TEST(Duration, IsNothingIfMalformedOrTooLong) {
  for (const char* text : {"",
                           " ",
                           "5",
                           "00",
                           "-5m",
                           "+5m",
                           "- 5m",
                           "1.5h",
                           "1,5h",
                           "h",
                           "1x",
                           "1H",
                           "1M",
                           "1min",
                           "5m5",
                           "1h, 30m",
                           "1h\t30m",
                           "30m 1h",
                           "1h 1h",
                           "1s 1w",
                           "0x5s",
                           "forever",
                           "36526d",
                           "36525d 1s",
                           "5218w",
                           "3155760001s",
                           "18446744073709551615s",
                           "18446744073709551616s",
                           "30500568904943w",
                           "99999999999999999999999999d"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, IsWrittenInTheLongestUnitsThatFit) {
  const struct {
    std::int64_t length;
    const char* expected;
  } cases[] = {
      {0, "0s"},          {45, "45s"},       {60, "1m"},
      {90, "1m 30s"},     {3'600, "1h"},     {5'400, "1h 30m"},
      {86'400, "1d"},     {86'401, "1d 1s"}, {604'800, "1w"},
      {864'000, "10d"},   {1'209'600, "2w"}, {1'209'601, "14d 1s"},
      {2'592'000, "30d"}, {-90, "-1m 30s"},  {std::numeric_limits<std::int64_t>::min(), "-106751991167300d 15h 30m 8s"},
  };
  for (const auto& c : cases) EXPECT_EQ(format_duration(seconds{c.length}), c.expected);
}

TEST(Duration, IsReadBackAsWritten) {
  std::mt19937_64 random{36'525};
  for (int i = 0; i < 10'000; ++i) {
    const seconds length{static_cast<std::int64_t>(random() % 3'155'760'001 >> random() % 32)};
    ASSERT_EQ(parse_duration(format_duration(length)), length);
  }
}

TEST(Size, IsReadAsPeopleWriteIt) {
  const struct {
    const char* text;
    std::uint64_t expected;
  } cases[] = {
      {"0", 0},
      {"500", 500},
      {"500 B", 500},
      {"1 byte", 1},
      {"999 bytes", 999},
      {"64 KiB", 65'536},
      {"64KiB", 65'536},
      {"  64   kib  ", 65'536},
      {"2 MB", 2'000'000},
      {"2 mb", 2'000'000},
      {"2 MiB", 2'097'152},
      {"1 kB", 1'000},
      {"1 KB", 1'000},
      {"5 GiB", 5'368'709'120},
      {"1.5 GiB", 1'610'612'736},
      {"0.5 KiB", 512},
      {"1.0 MB", 1'000'000},
      {"1.1 GB", 1'100'000'000},
      {"1.001 KiB", 1'025},
      {"0.0009765625 KiB", 1},
      {"0.0009765624 KiB", 0},
      {"0.99999999999999999999999999999999999999999 EiB", 1'152'921'504'606'846'975},
      {"3 TB", 3'000'000'000'000},
      {"3 TiB", 3'298'534'883'328},
      {"1 PB", 1'000'000'000'000'000},
      {"9 EB", 9'000'000'000'000'000'000},
      {"7.5 EiB", 8'646'911'284'551'352'320},
      {"9223372036854775807", 9'223'372'036'854'775'807},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_size(c.text), c.expected) << c.text;
}

TEST(Size, IsNothingIfMalformedOrTooLarge) {
  for (const char* text : {"",
                           " ",
                           "MB",
                           "-1",
                           "- 1",
                           "+1",
                           "-2 MB",
                           "1.5",
                           "1.5 B",
                           "1. MB",
                           ".5 MB",
                           "1.5.5 MB",
                           "1,5 MB",
                           "1e3",
                           "0x10",
                           "2 M",
                           "2 K",
                           "64 Ki",
                           "2 MBit",
                           "2 M B",
                           "2 MB/s",
                           "2 MB 1 kB",
                           "1 000",
                           "unlimited",
                           "9223372036854775808",
                           "18446744073709551615",
                           "18446744073709551616",
                           "8 EiB",
                           "9.3 EB",
                           "10 EB",
                           "17592186044416 MiB",
                           "99999999999999999999999999 GB",
                           "2\tMB"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(Size, IsWrittenForPeopleWithAtMostOneDecimal) {
  const struct {
    std::uint64_t bytes;
    const char* expected;
  } cases[] = {
      {0, "0 bytes"},
      {1, "1 byte"},
      {999, "999 bytes"},
      {1'023, "1023 bytes"},
      {1'024, "1 KiB"},
      {1'075, "1 KiB"},
      {1'076, "1.1 KiB"},
      {1'536, "1.5 KiB"},
      {65'536, "64 KiB"},
      {1'048'524, "1023.9 KiB"},
      {1'048'525, "1 MiB"},
      {1'048'575, "1 MiB"},
      {1'048'576, "1 MiB"},
      {67'108'864, "64 MiB"},
      {1'610'612'736, "1.5 GiB"},
      {5'368'709'120, "5 GiB"},
      {std::uint64_t{1} << 63U, "8 EiB"},
      {largest, "16 EiB"},
  };
  for (const auto& c : cases) EXPECT_EQ(format_size(c.bytes), c.expected) << c.bytes;
}

TEST(Size, IsReadBackAsWrittenWithinHalfATenth) {
  std::mt19937_64 random{1'024};
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t bytes = random() >> (2 + random() % 62);
    const std::uint64_t back = parse_size(format_size(bytes)).value_or(largest);
    ASSERT_LE(back > bytes ? back - bytes : bytes - back, bytes / 20 + 1) << bytes;
  }
}

TEST(Rate, IsASizePerSecond) {
  const struct {
    const char* text;
    std::optional<std::uint64_t> expected;
  } cases[] = {
      {"2 MB/s", 2'000'000},      {"2MB/s", 2'000'000},
      {" 1.5 MiB/s ", 1'572'864}, {"500/s", 500},
      {"2 MB /s", 2'000'000},     {"0/s", 0},
      {"", std::nullopt},         {"/s", std::nullopt},
      {"2 MB", std::nullopt},     {"2 MB/h", std::nullopt},
      {"2 MB/S", std::nullopt},   {"2 MB/ s", std::nullopt},
      {"2 MB/s/s", std::nullopt}, {"-2 MB/s", std::nullopt},
      {"2 MBps", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_rate(c.text), c.expected) << c.text;
}

}  // namespace
}  // namespace claimcheck
