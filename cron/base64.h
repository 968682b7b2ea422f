#pragma once

#include <string>
#include <string_view>

namespace claimcheck::cron {

/// `bytes` in base64 with padding, in one line. Source: RFC 4648 section 4.
std::string base64(std::string_view bytes);

}  // namespace claimcheck::cron
