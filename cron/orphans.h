#pragma once

#include <cstdint>
#include <string>

#include "core/settings.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "cron/run.h"

namespace claimcheck::cron {

/// What one run of the job did.
struct OrphansReport {
  std::int64_t files = 0;   ///< removed
  std::int64_t failed = 0;  ///< could not be removed; tried again by the next run
  std::string fault;        ///< why, of the last that failed
};

/// Removes the files beneath a folder whose names match one of its patterns and that were last changed longer ago than its
/// age, except those that a token which has not ended for good refers to. Each file once, whatever patterns match it. Symbolic
/// links are neither followed nor removed, folders stay. A folder that is missing, or cannot be read, is a failure, and so is a
/// storage whose root cannot be followed: then nothing is removed.
/// A file beneath the root of a storage is removed as Storage::remove() does it, so that a token which is issued for it
/// meanwhile keeps it.
/// @param settings  of the storages, by name: where their roots are
/// Throws Error{unavailable} if the database cannot be reached.
OrphansReport remove_orphans(const OrphanSettings& orphans, const std::map<std::string, StorageSettings>& settings,
                             const Storages& storages, TokenSweep& sweep, const Run& run);

}  // namespace claimcheck::cron
