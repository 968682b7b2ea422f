#include "cron/removal_attempt.h"

#include <optional>

#include "core/error.h"

namespace claimcheck::cron {
namespace {

/// Where a file is that somebody needs does not matter.
RemovalAttempt failed(const Error& error, const std::function<bool()>& wanted) {
  if (error.code() == Errc::file_not_found) return {.outcome = Storage::Removed::gone, .fault = {}};
  if (wanted()) return {.outcome = Storage::Removed::wanted, .fault = {}};
  return {.fault = error.what(), .unreachable = error.code() == Errc::unavailable};
}

RemovalAttempt attempt(const Storage& storage, const Removal& removal, const std::function<bool()>& wanted) {
  std::optional<Error> fault_of_asking;
  const auto asked = [&] {
    try {
      return wanted();
    } catch (const Error& error) {
      fault_of_asking = error;
      return true;
    }
  };
  try {
    const RemovalAttempt done{.outcome = storage.remove(removal.file, removal.version, asked), .fault = {}};
    if (fault_of_asking) throw Error{*fault_of_asking};
    return done;
  } catch (const Error& error) {
    if (fault_of_asking) throw;
    return failed(error, wanted);
  }
}

RemovalAttempt foresee(const Storage& storage, const Removal& removal, const std::function<bool()>& wanted) {
  if (wanted()) return {.outcome = Storage::Removed::wanted, .fault = {}};
  try {
    const bool same = storage.open(removal.file, ServedAs::decrypted)->version() == removal.version ||
                      storage.open(removal.file, ServedAs::stored)->version() == removal.version;
    return {.outcome = same ? Storage::Removed::removed : Storage::Removed::changed, .fault = {}};
  } catch (const Error& error) {
    return failed(error, wanted);
  }
}

}  // namespace

RemovalAttempt attempt_removal(const Storage& storage, const Removal& removal, const std::function<bool()>& wanted, Mode mode) {
  return mode == Mode::real ? attempt(storage, removal, wanted) : foresee(storage, removal, wanted);
}

}  // namespace claimcheck::cron
