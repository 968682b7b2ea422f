#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace claimcheck::fcgi {

/// The CGI variables of one request (RFC 3875 section 4.1), from FastCGI parameters or from the process environment.
/// @return nothing if the variable is absent.
using Variables = std::function<std::optional<std::string_view>(const char* name)>;

/// Reads up to `length` bytes of the request's body. @return fewer if the body ended early or did not arrive in time.
using BodyReader = std::function<std::string(std::size_t length)>;

}  // namespace claimcheck::fcgi
