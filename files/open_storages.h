#pragma once

#include <map>
#include <string>

#include "core/settings.h"
#include "core/storage.h"
#include "core/time.h"

namespace claimcheck::files {

/// The storages of a configuration, by name. A kind is one file in this folder and one line in open_storages.cpp.
/// Throws Error{bad_request} for an unknown kind, or a profile whose key cannot be had.
/// @param profiles  whose keys open what storages keep encrypted
/// @param now  with which requests to buckets are signed: services refuse those of a clock that is a quarter of an hour wrong
Storages open_storages(const std::map<std::string, StorageSettings>& settings,
                       const std::map<std::string, ProfileSettings>& profiles, const Clock& now);

}  // namespace claimcheck::files
