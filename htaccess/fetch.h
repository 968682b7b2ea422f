#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claimcheck::htaccess {

/// Header fields in the order of the wire; names may repeat.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// A request to the site, as a visitor would send it.
struct WebRequest {
  std::string method = "GET";
  std::string url;  ///< absolute; sent as it stands
  Fields headers = {};
  std::string body = {};
  std::size_t most = 1 << 20;  ///< bytes of the answer's body to take; the connection is closed then
  /// Called when `most` bytes are there, or the whole body, before the connection is closed; may be empty.
  std::function<void()> before_closing = {};
};

/// Why there is no answer.
enum class Failure { none, unreachable, certificate };

/// What came back; redirects are not followed.
struct WebAnswer {
  int status = 0;
  Fields headers = {};
  std::string body = {};
  Failure failure = Failure::none;
  std::string reason = {};  ///< of the failure, for people

  /// The first field of that name, without regard to case.
  std::optional<std::string> header(std::string_view name) const;
};

/// Sends a request and waits for the answer. Never throws for what the other side does.
using Fetch = std::function<WebAnswer(const WebRequest&)>;

/// "https://example.com:8443" of an absolute URL.
std::string origin_of(const std::string& url);

}  // namespace claimcheck::htaccess
