#pragma once

#include <filesystem>
#include <memory>

#include "checks/clocks.h"
#include "core/countries.h"

namespace claimcheck::checks {

/// Countries from a MaxMind file, by the `country` of an address (not by where its network is registered). The file is read
/// with the first question, and again once a second has passed and it has changed. While it cannot be read, or is damaged,
/// every question throws Error{unavailable}: what it said before may be wrong by now.
///
/// The whole file is kept in memory (a country file is about 10 MB), so that one that is overwritten instead of replaced does
/// no harm to who is reading. Source: MaxMind DB File Format Specification, version 2.0.
std::unique_ptr<Countries> open_countries(const std::filesystem::path& file, SteadyClock clock);

}  // namespace claimcheck::checks
