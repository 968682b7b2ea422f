#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claimcheck::cron {

/// How much of something a run has done.
struct Count {
  std::string_view key;        ///< in JSON
  std::string_view one, many;  ///< in words
  std::int64_t number = 0;
};

/// What a run has done, and what it could not do.
struct Report {
  std::vector<Count> counts;
  std::vector<std::string> faults;  ///< each with its job's name in front
  bool dry_run = false;
  bool unavailable = false;  ///< something could not be reached: a later run may do what this one could not
};

/// "2 tokens ended, 1 file removed": what was done, without what was not.
std::string in_words(const Report& report);

/// One object on one line: the counts by their keys, "dry_run", and "faults".
std::string in_json(const Report& report);

}  // namespace claimcheck::cron
