#include "cron/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace claimcheck::cron {

std::string in_words(const Report& report) {
  std::string words;
  for (const Count& count : report.counts)
    if (count.number > 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count.number, count.number == 1 ? count.one : count.many);
  return (report.dry_run ? "dry run: " : "") + (words.empty() ? "nothing was due" : words);
}

std::string in_json(const Report& report) {
  nlohmann::ordered_json shown{{"dry_run", report.dry_run}};
  for (const Count& count : report.counts) shown[std::string{count.key}] = count.number;
  shown["faults"] = report.faults;
  return shown.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace claimcheck::cron
