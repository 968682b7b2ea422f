#pragma once

#include <map>
#include <string>

#include "core/settings.h"
#include "core/storage.h"

namespace claimcheck::files {

/// The storages of a configuration, by name. A kind is one file in this folder and one line in open_storages.cpp.
/// Throws Error{bad_request} for an unknown kind.
Storages open_storages(const std::map<std::string, StorageSettings>& settings);

}  // namespace claimcheck::files
