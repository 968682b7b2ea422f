#include "core/time.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace claimcheck {
namespace {

constexpr Time example = from_unix(784'111'777);  // 1994-11-06 08:49:37

TEST(HttpDate, IsWrittenAsImfFixdate) {
  const struct {
    std::int64_t unix_seconds;
    const char* expected;
  } cases[] = {
      {784'111'777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
      {1'795'223'550, "Sat, 21 Nov 2026 01:12:30 GMT"},
      {1'709'164'800, "Thu, 29 Feb 2024 00:00:00 GMT"},
      {4'102'444'800, "Fri, 01 Jan 2100 00:00:00 GMT"},
  };
  for (const auto& c : cases) EXPECT_EQ(format_http_date(from_unix(c.unix_seconds)), c.expected);
}

TEST(HttpDate, IsReadInAllThreeForms) {
  const struct {
    const char* name;
    const char* text;
    Time expected;
  } cases[] = {
      {"IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", example},
      {"RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", example},
      {"asctime", "Sun Nov  6 08:49:37 1994", example},
      {"asctime with a day of two digits", "Wed Jun 25 17:12:18 2014", from_unix(1'403'716'338)},
      {"asctime with a leading zero", "Sun Nov 06 08:49:37 1994", example},
      {"the longest day name", "Wednesday, 25-Jun-14 17:12:18 GMT", from_unix(1'403'716'338)},
      {"the first year of two digits", "Thursday, 01-Jan-70 00:00:00 GMT", from_unix(0)},
      {"the last year of two digits", "Tuesday, 31-Dec-69 23:59:59 GMT", from_unix(3'155'759'999)},
      {"another day of the week than it was", "Mon, 06 Nov 1994 08:49:37 GMT", example},
      {"a leap day", "Thu, 29 Feb 2024 00:00:00 GMT", from_unix(1'709'164'800)},
      {"a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", from_unix(1'483'228'800)},
      {"the year 0", "Sat, 01 Jan 0000 00:00:00 GMT", from_unix(-62'167'219'200)},
      {"the last second of the year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", from_unix(253'402'300'799)},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(parse_http_date(c.text), c.expected);
  }
}

TEST(HttpDate, IsNothingIfMalformed) {
  for (const char* text : {
           "",
           " ",
           "garbage",
           "Sun",
           "Sun,",
           "0",
           "784111777",
           "1994-11-06T08:49:37Z",
           "sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:37 gmt",
           "Sun, 6 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 94 08:49:37 GMT",
           "Sun, 06 Nov 19940 08:49:37 GMT",
           "Sun, 06 Nov 1994 8:49:37 GMT",
           "Sun, 06 Nov 1994 08:49 GMT",
           "Sun, 06 Nov 1994 08:49:37",
           "Sun, 06 Nov 1994 08:49:37 UTC",
           "Sun, 06 Nov 1994 08:49:37 +0000",
           "Sun, 06 Nov 1994 08:49:37 GMT ",
           " Sun, 06 Nov 1994 08:49:37 GMT",
           "Sun,  06 Nov 1994 08:49:37 GMT",
           "Sun 06 Nov 1994 08:49:37 GMT",
           "Xyz, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 Xyz 1994 08:49:37 GMT",
           "Sun, +6 Nov 1994 08:49:37 GMT",
           "Sun, 00 Nov 1994 08:49:37 GMT",
           "Sun, 31 Nov 1994 08:49:37 GMT",
           "Wed, 29 Feb 2023 00:00:00 GMT",
           "Mon, 29 Feb 2100 00:00:00 GMT",
           "Sun, 06 Nov 1994 24:00:00 GMT",
           "Sun, 06 Nov 1994 08:60:37 GMT",
           "Sun, 06 Nov 1994 08:49:61 GMT",
           "Sun, 06 Nov 1994 08:49:60 GMT",
           "Sun, 06-Nov-94 08:49:37 GMT",
           "Sunday, 06 Nov 1994 08:49:37 GMT",
           "Sunday, 06-Nov-1994 08:49:37 GMT",
           "Sun Nov 6 08:49:37 1994",
           "Sun Nov  6 08:49:37 1994 GMT",
           "Sunday, 06-Nov-94 08:49:37 GMT ",
           "Sun Nov   6 08:49:37 1994",
           "Sun, 06 Nov 1994 08:49:37 GMT, Sun",
       }) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, IsWrittenInUtc) {
  EXPECT_EQ(format_rfc3339(from_unix(1'795'223'550)), "2026-11-21T01:12:30Z");
  EXPECT_EQ(format_rfc3339(from_unix(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(from_unix(-1)), "1969-12-31T23:59:59Z");
}

TEST(Rfc3339, IsReadWithFractionsAndOffsets) {
  const struct {
    const char* name;
    const char* text;
    Time expected;
  } cases[] = {
      {"UTC", "1994-11-06T08:49:37Z", example},
      {"small letters", "1994-11-06t08:49:37z", example},
      {"a fraction is cut off", "1994-11-06T08:49:37.999999999999Z", example},
      {"a fraction before 1970 too", "1969-12-31T23:59:59.9Z", from_unix(-1)},
      {"east of Greenwich", "1994-11-06T10:19:37+01:30", example},
      {"west of Greenwich, across midnight", "1994-11-05T23:49:37.5-09:00", example},
      {"no offset known", "1994-11-06T08:49:37-00:00", example},
      {"the largest offset", "1994-11-07T08:48:37+23:59", example},
      {"a leap second", "1990-12-31T23:59:60Z", from_unix(662'688'000)},
      {"a leap second elsewhere", "1990-12-31T15:59:60-08:00", from_unix(662'688'000)},
      {"a leap day", "2000-02-29T00:00:00Z", from_unix(951'782'400)},
      {"the year 9999", "9999-12-31T23:59:59Z", from_unix(253'402'300'799)},
      {"an offset into the year 10000", "9999-12-31T23:59:59-00:01", from_unix(253'402'300'859)},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(parse_rfc3339(c.text), c.expected);
  }
}

TEST(Rfc3339, IsNothingIfMalformed) {
  for (const char* text : {
           "",
           "now",
           "1994-11-06",
           "08:49:37Z",
           "1994-11-06T08:49:37",
           "1994-11-06 08:49:37Z",
           "1994-11-06T08:49Z",
           "94-11-06T08:49:37Z",
           "1994-1-06T08:49:37Z",
           "1994-11-6T08:49:37Z",
           "1994-11-06T8:49:37Z",
           "19941106T084937Z",
           "1994-00-06T08:49:37Z",
           "1994-13-06T08:49:37Z",
           "1994-11-00T08:49:37Z",
           "1994-11-31T08:49:37Z",
           "2023-02-29T08:49:37Z",
           "1900-02-29T08:49:37Z",
           "1994-11-06T24:00:00Z",
           "1994-11-06T08:60:37Z",
           "1994-11-06T08:49:61Z",
           "1994-11-06T08:49:60Z",
           "1990-12-31T23:59:60+01:00",
           "1994-11-06T08:49:37.Z",
           "1994-11-06T08:49:37,5Z",
           "1994-11-06T08:49:37.5",
           "1994-11-06T08:49:37+0100",
           "1994-11-06T08:49:37+01",
           "1994-11-06T08:49:37+24:00",
           "1994-11-06T08:49:37+01:60",
           "1994-11-06T08:49:37 +01:00",
           "1994-11-06T08:49:37ZZ",
           "1994-11-06T08:49:37Z ",
           " 1994-11-06T08:49:37Z",
           "-994-11-06T08:49:37Z",
           "+1994-11-06T08:49:37Z",
           "1994-11-06T08:49:37UTC",
       }) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Time, IsNothingIfCutOffOrWithAnyCharacterWrong) {
  for (const std::string text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                                 "Sun Nov 16 08:49:37 1994", "1994-11-06T08:49:37Z", "1994-11-06T08:49:37.5+01:00"}) {
    const auto understood = [](const std::string& s) { return parse_http_date(s) || parse_rfc3339(s); };
    EXPECT_TRUE(understood(text)) << text;
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string wrong = text;
      wrong[at] = '?';
      EXPECT_FALSE(understood(wrong)) << wrong;
      EXPECT_FALSE(understood(text.substr(0, at))) << text.substr(0, at);
    }
  }
}

TEST(Time, OutsideOfTheFourDigitYearsIsWrittenAsTheNearestInside) {
  for (const Time time : {from_unix(253'402'300'800), Time::max()}) {
    EXPECT_EQ(format_rfc3339(time), "9999-12-31T23:59:59Z");
    EXPECT_EQ(format_http_date(time), "Fri, 31 Dec 9999 23:59:59 GMT");
  }
  for (const Time time : {from_unix(-62'167'219'201), Time::min()}) {
    EXPECT_EQ(format_rfc3339(time), "0000-01-01T00:00:00Z");
    EXPECT_EQ(format_http_date(time), "Sat, 01 Jan 0000 00:00:00 GMT");
  }
}

TEST(Time, IsReadBackAsWritten) {
  std::mt19937_64 random{3339};
  std::uniform_int_distribution<std::int64_t> moments{-62'167'219'200, 253'402'300'799};
  for (int i = 0; i < 10'000; ++i) {
    const Time time = from_unix(moments(random));
    ASSERT_EQ(parse_rfc3339(format_rfc3339(time)), time);
    ASSERT_EQ(parse_http_date(format_http_date(time)), time);
  }
}

}  // namespace
}  // namespace claimcheck
