#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/answer.h"
#include "tests/support/connection.h"
#include "tests/support/http_client.h"

namespace claimcheck::test {

/// Record types and roles. Source: FastCGI Specification, section 8.
namespace fastcgi {
inline constexpr std::uint8_t begin_request = 1, abort_request = 2, end_request = 3, params = 4, in = 5, out = 6, err = 7;
inline constexpr std::uint8_t responder = 1, authorizer = 2;

/// One record of at most 65535 bytes, whatever its type and content.
std::string record(std::uint8_t type, std::string_view content, std::uint16_t request_id = 1);
/// A stream of records of one type, with the empty one that ends it.
std::string stream(std::uint8_t type, std::string_view content, std::uint16_t request_id = 1);
/// The record that opens a request; the connection is closed after it unless `keep_connection`.
std::string begin(std::uint8_t role = responder, bool keep_connection = false, std::uint16_t request_id = 1);
/// Name-value pairs as the content of a params stream.
std::string pairs(const Fields& variables);
}  // namespace fastcgi

/// The variables that a web server would pass for a request.
Fields cgi_variables(const HttpRequest& request);

/// What a worker sent back.
struct FastCgiAnswer : Answer {
  std::string errors;  ///< its error stream
  bool ended = false;  ///< END_REQUEST came
  std::uint32_t application_status = 0;
  std::uint8_t protocol_status = 0;
};

/// A connection straight to a worker. Belongs to one thread.
class FastCgiExchange {
 public:
  /// @param address  as for Connection
  explicit FastCgiExchange(const std::string& address, std::chrono::milliseconds limit = std::chrono::seconds{60});

  /// Sends any bytes, well-formed or not. @return false if the worker has closed the connection.
  bool send(std::string_view bytes) { return connection_.send(bytes); }
  /// Sends a whole responder request. The worker is to close the connection after it unless `keep_connection`.
  bool request(const Fields& variables, std::string_view body = {}, bool keep_connection = false);
  /// Tells the worker that the visitor is gone; the connection stays open.
  bool abort() { return send(fastcgi::record(fastcgi::abort_request, {})); }
  /// Reads to the end of the request or of the connection, or as far as `reading` wants. `complete` is set if the request
  /// was ended and the body, where there should be one, is as long as Content-Length said.
  FastCgiAnswer answer(const Reading& reading = {});
  void close() { connection_.close(); }

 private:
  bool receive_exactly(std::size_t count, std::string& out);

  Connection connection_;
  bool head_request_ = false;
};

/// One whole request to a worker.
FastCgiAnswer call(const std::string& address, const Fields& variables, std::string_view body = {},
                   const Reading& reading = {});

}  // namespace claimcheck::test
