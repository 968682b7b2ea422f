#include "cron/local_time.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <optional>

#include "tests/unit/thrown.h"

namespace claimcheck::cron {
namespace {

using std::chrono::minutes;

Time utc(const char* text) {
  return parse_rfc3339(text).value();
}

/// Puts the host into another zone while it lives.
class HostZone {
 public:
  explicit HostZone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~HostZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  HostZone(const HostZone&) = delete;
  HostZone& operator=(const HostZone&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST(Zones, ShowAMomentAsTheirClocksDo) {
  const struct {
    const char* name;
    const char* zone;
    const char* time;
    LocalTime expected;
  } cases[] = {
      {"UTC", "UTC", "2026-11-21T14:30:59Z", {2026, 11, 21, 14, 30, "UTC", minutes{0}}},
      {"winter", "Europe/Berlin", "2026-11-21T14:30:00Z", {2026, 11, 21, 15, 30, "CET", minutes{60}}},
      {"the last second of winter time", "Europe/Berlin", "2026-03-29T00:59:59Z", {2026, 3, 29, 1, 59, "CET", minutes{60}}},
      {"the first second of summer time", "Europe/Berlin", "2026-03-29T01:00:00Z", {2026, 3, 29, 3, 0, "CEST", minutes{120}}},
      {"half past two, the first time", "Europe/Berlin", "2026-10-25T00:30:00Z", {2026, 10, 25, 2, 30, "CEST", minutes{120}}},
      {"half past two, the second time", "Europe/Berlin", "2026-10-25T01:30:00Z", {2026, 10, 25, 2, 30, "CET", minutes{60}}},
      {"half an hour", "Asia/Kolkata", "2026-11-21T18:30:00Z", {2026, 11, 22, 0, 0, "IST", minutes{330}}},
      {"three quarters of an hour", "Asia/Kathmandu", "2026-11-21T00:00:00Z", {2026, 11, 21, 5, 45, "+0545", minutes{345}}},
      {"behind UTC, across New Year", "America/St_Johns", "2027-01-01T01:00:00Z", {2026, 12, 31, 21, 30, "NST", minutes{-210}}},
      {"a clock change of half an hour",
       "Australia/Lord_Howe",
       "2026-10-03T15:30:00Z",
       {2026, 10, 4, 2, 30, "+11", minutes{660}}},
      {"a leap day", "Europe/Berlin", "2028-02-28T23:30:00Z", {2028, 2, 29, 0, 30, "CET", minutes{60}}},
      {"summer after the compiled tables end",
       "Europe/Berlin",
       "2040-07-01T12:00:00Z",
       {2040, 7, 1, 14, 0, "CEST", minutes{120}}},
      {"the clock change of 2065", "Europe/Berlin", "2065-03-29T01:00:00Z", {2065, 3, 29, 3, 0, "CEST", minutes{120}}},
      {"before 1970", "Europe/Berlin", "1969-12-31T23:59:59Z", {1970, 1, 1, 0, 59, "CET", minutes{60}}},
  };
  for (const char* host : {"UTC", "Asia/Tokyo", "America/New_York"}) {
    const HostZone elsewhere{host};
    for (const auto& c : cases) {
      SCOPED_TRACE(std::string{host} + ": " + c.name);
      const LocalTime local = Zone{c.zone}.local(utc(c.time));
      EXPECT_TRUE(local == c.expected) << local.year << '-' << local.month << '-' << local.day << ' ' << local.hour << ':'
                                       << local.minute << ' ' << local.abbreviation << ' ' << local.offset.count();
    }
  }
}

TEST(Zones, AreUtcUnlessTheyAreNamed) {
  const HostZone elsewhere{"Asia/Tokyo"};
  EXPECT_EQ(Zone{}.local(utc("2026-11-21T14:30:00Z")).hour, 14);
}

TEST(Zones, ThatDoNotExistAreRefused) {
  for (const char* name :
       {"", "Europe/Atlantis", "europe/berlin", "../../etc/passwd", "/etc/localtime", "Europe", "tzdata.zi"}) {
    const auto error = test::thrown([&] { Zone{name}; });
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code(), Errc::bad_request);
    EXPECT_NE(std::string_view{error->what()}.find("\"" + std::string{name} + "\""), std::string_view::npos) << error->what();
  }
}

}  // namespace
}  // namespace claimcheck::cron
