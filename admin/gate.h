#pragma once

#include <filesystem>
#include <string>

#include "config/config.h"
#include "core/secret.h"

namespace claimcheck::admin {

/// The word that lets the worker's own redirects through the lock: the same in every block of a site, kept in the file
/// claimcheck.gate (mode 0600) beside the configuration, made on first use.
/// Throws Error{unavailable} naming the file if it cannot be read or made.
std::string gate_of(const config::Config& config, const Random& random);

/// Where it is kept.
std::filesystem::path gate_file(const config::Config& config);

}  // namespace claimcheck::admin
