#pragma once

#include <string>
#include <string_view>

namespace claimcheck::cron {

/// What a server or program said, or why a mail cannot be made, as Dispatch::answer and Mail::answer have it: one line, every
/// octet but printable US-ASCII a space or "?", at most 300 octets.
std::string printable(std::string_view said);

}  // namespace claimcheck::cron
