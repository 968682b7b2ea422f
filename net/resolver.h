#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace claimcheck::net {

/// Finds the addresses of a host, as numeric text, before the deadline. Throws Error{unavailable}.
using Resolve =
    std::function<std::vector<std::string>(const std::string& host, std::chrono::steady_clock::time_point deadline)>;

/// The operating system's resolver.
Resolve system_resolver();

}  // namespace claimcheck::net
