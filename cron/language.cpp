#include "cron/language.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/ascii.h"
#include "core/quantity.h"

namespace claimcheck::cron {
namespace {

std::string count(const Counted& words, std::int64_t number) {
  return fmt::format(fmt::runtime(number == 1 ? words.one : words.many), number);
}

/// "CET (UTC+1)"; just "UTC+3" for a zone without a name.
std::string zone_of(const LocalTime& time) {
  if (time.abbreviation == "UTC") return "UTC";
  const auto minutes = std::abs(time.offset.count());
  std::string offset = "UTC";
  if (minutes > 0) offset += fmt::format("{}{}", time.offset.count() < 0 ? '-' : '+', minutes / 60);
  if (minutes % 60 > 0) offset += fmt::format(":{:02}", minutes % 60);
  const bool named = !time.abbreviation.starts_with('+') && !time.abbreviation.starts_with('-');
  return named ? fmt::format("{} ({})", time.abbreviation, offset) : offset;
}

}  // namespace

const std::vector<Language>& languages() {
  static const std::vector<Language> all{
      {.code = "en",
       .name = "English",
       .months = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
                  "December"},
       .date = "{day} {month} {year}",
       .moment = "{date}, {hour:02}:{minute:02} {zone}",
       .downloads = {"one download", "{} downloads", "any number of downloads"},
       .times = {"once", "{} times", "as often as you like"},
       .minutes = {"one minute", "{} minutes", {}},
       .hours = {"one hour", "{} hours", {}},
       .days = {"one day", "{} days", {}},
       .bytes = {"{} byte", "{} bytes", {}},
       .decimal_mark = '.',
       .explanations = {{"file_not_found",
                         "The file is not in its storage any more. Put it back, or issue a link to where it is now."},
                        {"file_changed",
                         "The file was replaced after the link had been issued, so the link does not hand it out. Issue a new "
                         "link to the new file."},
                        {"unavailable", "The database or the storage could not be reached."},
                        {"internal", "The download service made a mistake; the web server's error log has the details."},
                        {"incomplete", "The download broke off before the file was complete."}}},
      {.code = "de",
       .name = "Deutsch",
       .months = {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
                  "Dezember"},
       .date = "{day}. {month} {year}",
       .moment = "{date}, {hour:02}:{minute:02} Uhr {zone}",
       .downloads = {"einen Download", "{} Downloads", "beliebig viele Downloads"},
       .times = {"einmal", "{}-mal", "beliebig oft"},
       .minutes = {"eine Minute", "{} Minuten", {}},
       .hours = {"eine Stunde", "{} Stunden", {}},
       .days = {"einen Tag", "{} Tage", {}},
       .bytes = {"{} Byte", "{} Bytes", {}},
       .decimal_mark = ',',
       .explanations = {{"file_not_found",
                         "Die Datei liegt nicht mehr in ihrem Speicher. Legen Sie sie zurück, oder stellen Sie einen Link zum "
                         "neuen Ort aus."},
                        {"file_changed",
                         "Die Datei wurde ersetzt, nachdem der Link ausgestellt war; deshalb gibt der Link sie nicht heraus. "
                         "Stellen Sie für "
                         "die neue Datei einen neuen Link aus."},
                        {"unavailable", "Die Datenbank oder der Speicher war nicht erreichbar."},
                        {"internal",
                         "Der Download-Dienst hat einen Fehler gemacht; Näheres steht im Fehlerprotokoll des Webservers."},
                        {"incomplete", "Der Download brach ab, bevor die Datei vollständig war."}}},
  };
  return all;
}

const Language& language_for(std::string_view wanted) {
  std::string code = lower(wanted);
  std::ranges::replace(code, '-', '_');
  for (;;) {
    const auto found = std::ranges::find(languages(), code, &Language::code);
    if (found != languages().end()) return *found;
    const std::size_t end = code.rfind('_');
    if (end == std::string::npos) return languages().front();
    code.resize(end);
  }
}

std::string format_date(const Language& language, const LocalTime& time) {
  return fmt::format(fmt::runtime(language.date), fmt::arg("day", time.day),
                     fmt::arg("month", language.months.at(static_cast<std::size_t>(time.month - 1))),
                     fmt::arg("year", time.year));
}

std::string format_moment(const Language& language, const LocalTime& time) {
  return fmt::format(fmt::runtime(language.moment), fmt::arg("date", format_date(language, time)), fmt::arg("hour", time.hour),
                     fmt::arg("minute", time.minute), fmt::arg("zone", zone_of(time)));
}

std::string format_downloads(const Language& language, std::int64_t number) {
  return number == 0 ? std::string{language.downloads.any} : count(language.downloads, number);
}

std::string format_times(const Language& language, std::int64_t number) {
  return number == 0 ? std::string{language.times.any} : count(language.times, number);
}

std::string format_length(const Language& language, seconds length) {
  using std::chrono::round;
  const auto minutes = round<std::chrono::minutes>(length).count();
  if (minutes < 120) return count(language.minutes, std::max<std::int64_t>(minutes, 1));
  const auto hours = round<std::chrono::hours>(length).count();
  if (hours <= 72) return count(language.hours, hours);
  return count(language.days, round<std::chrono::days>(length).count());
}

std::string format_size(const Language& language, std::uint64_t bytes) {
  constexpr std::uint64_t kibibyte = 1024;
  if (bytes < kibibyte) return count(language.bytes, static_cast<std::int64_t>(bytes));
  std::string size = claimcheck::format_size(bytes);
  std::ranges::replace(size, '.', language.decimal_mark);
  return size;
}

std::string explain(const Language& language, std::string_view error) {
  const auto found = std::ranges::find(language.explanations, error, &Explanation::error);
  return std::string{found == language.explanations.end() ? error : found->sentence};
}

}  // namespace claimcheck::cron
