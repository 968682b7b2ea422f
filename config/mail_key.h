#pragma once

#include <string>

#include "config/config.h"

namespace claimcheck::config {

/// What to do if there is no key yet.
enum class IfMissing { make, refuse };

/// The text that mails in the outbox are sealed with: [mail] key, or else the first line of mail.key beside the configuration.
/// A file that is made belongs to the configuration's owner, who alone may read it.
/// Throws Error{unavailable} if there is none and `if_missing` says not to make it, or if it cannot be made or read.
std::string mail_key(const Config& config, IfMissing if_missing);

}  // namespace claimcheck::config
