#include "cron/language.h"

#include <gtest/gtest.h>

#include <set>

namespace claimcheck::cron {
namespace {

using std::chrono::minutes;

const Language& english = language_for("en");
const Language& german = language_for("de");

TEST(Languages, AreFoundByTheNamesThatSitesUse) {
  const struct {
    const char* wanted;
    const char* code;
  } cases[] = {{"en", "en"},    {"de", "de"}, {"de_DE", "de"}, {"de_DE_formal", "de"},
               {"de-AT", "de"}, {"DE", "de"}, {"De-dE", "de"}, {"en_GB", "en"},
               {"fr_FR", "en"}, {"", "en"},   {"_", "en"},     {"deu", "en"}};
  for (const auto& c : cases) EXPECT_EQ(language_for(c.wanted).code, c.code) << c.wanted;
}

TEST(Languages, HaveAllThatMailsNeed) {
  std::set<std::string_view> errors;
  for (const Explanation& explanation : languages().front().explanations) errors.insert(explanation.error);
  for (const Language& language : languages()) {
    SCOPED_TRACE(language.code);
    EXPECT_FALSE(language.name.empty());
    EXPECT_EQ(std::set(language.months.begin(), language.months.end()).size(), 12U);
    std::set<std::string_view> explained;
    for (const auto& [error, sentence] : language.explanations) {
      explained.insert(error);
      EXPECT_TRUE(sentence.ends_with('.')) << sentence;
    }
    EXPECT_EQ(explained, errors);
  }
}

TEST(Moments, AreWrittenAsTheLanguageDoes) {
  const struct {
    LocalTime time;
    const char *in_english, *in_german;
  } cases[] = {
      {{2026, 11, 21, 15, 30, "CET", minutes{60}},
       "21 November 2026, 15:30 CET (UTC+1)",
       "21. November 2026, 15:30 Uhr CET (UTC+1)"},
      {{2027, 3, 1, 0, 5, "UTC", minutes{0}}, "1 March 2027, 00:05 UTC", "1. März 2027, 00:05 Uhr UTC"},
      {{2026, 12, 31, 23, 59, "GMT", minutes{0}},
       "31 December 2026, 23:59 GMT (UTC)",
       "31. Dezember 2026, 23:59 Uhr GMT (UTC)"},
      {{2026, 5, 2, 9, 0, "IST", minutes{330}}, "2 May 2026, 09:00 IST (UTC+5:30)", "2. Mai 2026, 09:00 Uhr IST (UTC+5:30)"},
      {{2026, 5, 2, 9, 0, "NST", minutes{-210}}, "2 May 2026, 09:00 NST (UTC-3:30)", "2. Mai 2026, 09:00 Uhr NST (UTC-3:30)"},
      {{2026, 5, 2, 9, 0, "+03", minutes{180}}, "2 May 2026, 09:00 UTC+3", "2. Mai 2026, 09:00 Uhr UTC+3"},
      {{2026, 5, 2, 9, 0, "-01", minutes{-60}}, "2 May 2026, 09:00 UTC-1", "2. Mai 2026, 09:00 Uhr UTC-1"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(format_moment(english, c.time), c.in_english);
    EXPECT_EQ(format_moment(german, c.time), c.in_german);
  }
  EXPECT_EQ(format_date(english, cases[0].time), "21 November 2026");
  EXPECT_EQ(format_date(german, cases[0].time), "21. November 2026");
}

TEST(Numbers, ReadWellWithinASentence) {
  const struct {
    std::string written;
    const char* expected;
  } cases[] = {
      {format_downloads(english, 0), "any number of downloads"},
      {format_downloads(english, 1), "one download"},
      {format_downloads(english, 3), "3 downloads"},
      {format_downloads(german, 0), "beliebig viele Downloads"},
      {format_downloads(german, 1), "einen Download"},
      {format_downloads(german, 3), "3 Downloads"},
      {format_times(english, 0), "as often as you like"},
      {format_times(english, 1), "once"},
      {format_times(english, 3), "3 times"},
      {format_times(german, 0), "beliebig oft"},
      {format_times(german, 1), "einmal"},
      {format_times(german, 3), "3-mal"},
      {format_size(english, 0), "0 bytes"},
      {format_size(english, 1), "1 byte"},
      {format_size(english, 1536), "1.5 KiB"},
      {format_size(german, 999), "999 Bytes"},
      {format_size(german, 1024), "1 KiB"},
      {format_size(german, 1'610'612'736), "1,5 GiB"},
  };
  for (const auto& c : cases) EXPECT_EQ(c.written, c.expected);
}

TEST(Lengths, AreToldInTheUnitThatPeopleWouldUse) {
  constexpr std::int64_t hour = 3600, day = 24 * hour;
  const struct {
    std::int64_t length;
    const char *in_english, *in_german;
  } cases[] = {
      {0, "one minute", "eine Minute"},     {89, "one minute", "eine Minute"},      {300, "5 minutes", "5 Minuten"},
      {hour, "60 minutes", "60 Minuten"},   {2 * hour - 1, "2 hours", "2 Stunden"}, {6 * hour, "6 hours", "6 Stunden"},
      {day, "24 hours", "24 Stunden"},      {3 * day, "72 hours", "72 Stunden"},    {3 * day - 40, "72 hours", "72 Stunden"},
      {3 * day + hour, "3 days", "3 Tage"}, {7 * day - 5, "7 days", "7 Tage"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(format_length(english, seconds{c.length}), c.in_english) << c.length;
    EXPECT_EQ(format_length(german, seconds{c.length}), c.in_german) << c.length;
  }
}

TEST(Errors, AreExplainedOrElseLeftAsTheyAre) {
  EXPECT_EQ(explain(english, "incomplete"), "The download broke off before the file was complete.");
  EXPECT_EQ(explain(german, "incomplete"), "Der Download brach ab, bevor die Datei vollständig war.");
  EXPECT_EQ(explain(english, "rate_limited"), "rate_limited");
}

}  // namespace
}  // namespace claimcheck::cron
