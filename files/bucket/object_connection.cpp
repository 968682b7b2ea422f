#include "files/bucket/object_connection.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <algorithm>
#include <istream>

#include "core/error.h"
#include "net/time_limit.h"
#include "net/tls.h"

namespace claimcheck::files {
namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using Poco::Net::StreamSocket;
using std::chrono::steady_clock;

const Poco::Timespan longest_silence{15, 0};
constexpr int most_fields = 100;

Error fault(const std::string& host, const std::string& what) {
  return Error{Errc::unavailable, host + ": " + what};
}

Poco::Timespan until(steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - steady_clock::now());
  return Poco::Timespan{std::max<std::int64_t>(left.count(), 1)};
}

StreamSocket connected(const BucketServer& server, steady_clock::time_point deadline, Interruption& interruption) {
  std::string what = "the host has no address";
  for (const std::string& each : server.addresses) {
    try {
      const Poco::Net::SocketAddress address{Poco::Net::IPAddress{each}, server.port};
      StreamSocket socket{address.family()};  // with a descriptor from the start, so that it can be cut while it connects
      interruption.watch(socket.impl()->sockfd());
      socket.connect(address, until(deadline));
      socket.setNoDelay(true);
      socket.setReceiveTimeout(longest_silence);
      socket.setSendTimeout(longest_silence);
      return socket;
    } catch (const Poco::Exception& error) {
      what = error.displayText();
    }
  }
  throw fault(server.host, what);
}

StreamSocket secured(const StreamSocket& plain, const BucketServer& server) {
  try {
    const auto secure = net::begin_tls(plain, server.host, server.context);
    if (!secure) throw fault(server.host, "no TLS in time");
    return *secure;
  } catch (const Poco::Exception& error) {
    throw fault(server.host, error.displayText());
  }
}

/// The part of a URL that goes into the request line.
std::string target_of(const std::string& url) {
  constexpr std::size_t behind_scheme = 3;
  const std::size_t host = url.find("://") + behind_scheme;
  return url.substr(url.find('/', host));
}

std::string host_of(const std::string& url) {
  constexpr std::size_t behind_scheme = 3;
  const std::size_t colon = url.find("://"), host = colon + behind_scheme;
  return host_field({.scheme = url.substr(0, colon), .authority = url.substr(host, url.find('/', host) - host), .path = {}});
}

class PocoConnection final : public ObjectConnection {
 public:
  PocoConnection(const StreamSocket& socket, std::string host) : host_(std::move(host)), session_(socket) {}

  void send(const std::string& method, const std::string& url, const Fields& headers) {
    HTTPRequest request{method, target_of(url), HTTPRequest::HTTP_1_1};
    request.set("Host", host_of(url));
    request.set("Accept-Encoding", "identity");
    request.set("User-Agent", "claimcheck");
    for (const auto& [name, value] : headers) request.set(name, value);
    session_.sendRequest(request) << std::flush;
    HTTPResponse response;
    response.setFieldLimit(most_fields);
    body_ = &session_.receiveResponse(response);
    answer_.status = response.getStatus();
    if (response.hasContentLength() && response.getContentLength64() >= 0)
      answer_.length = static_cast<std::uint64_t>(response.getContentLength64());
    answer_.etag = response.get("ETag", "");
    answer_.last_modified = response.get("Last-Modified", "");
    answer_.content_range = response.get("Content-Range", "");
  }

  const ObjectAnswer& answer() const override { return answer_; }

  std::size_t read(std::span<char> out) override {
    // One look fetches what is there; reading at once would wait until all of `out` is full.
    if (body_->peek() == std::istream::traits_type::eof()) {
      if (session_.networkException() != nullptr) throw fault(host_, session_.networkException()->displayText());
      return 0;
    }
    return static_cast<std::size_t>(body_->readsome(out.data(), static_cast<std::streamsize>(out.size())));
  }

 private:
  std::string host_;
  Poco::Net::HTTPClientSession session_;
  std::istream* body_ = nullptr;  // the session's
  ObjectAnswer answer_;
};

}  // namespace

std::unique_ptr<ObjectConnection> ask(const BucketServer& server, const std::string& method, const std::string& url,
                                      const Fields& headers, ObjectConnection::Deadline deadline, Interruption& interruption) {
  StreamSocket socket = connected(server, deadline, interruption);
  const net::TimeLimit limit{socket.impl()->sockfd(), deadline};
  try {
    if (server.scheme == "https") socket = secured(socket, server);
    auto connection = std::make_unique<PocoConnection>(socket, server.host);
    connection->send(method, url, headers);
    return connection;
  } catch (const Poco::Exception& error) {
    // Without its details: those of a message that cannot be read might repeat what was sent.
    throw fault(server.host, limit.over() ? "no answer in time" : error.what());
  } catch (const Error&) {
    if (limit.over()) throw fault(server.host, "no answer in time");
    throw;
  }
}

}  // namespace claimcheck::files
