#include "checks/web_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>

#include "core/error.h"
#include "net/allowed_addresses.h"
#include "net/time_limit.h"
#include "net/tls.h"

namespace claimcheck::checks {
namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using Poco::Net::StreamSocket;
using std::chrono::steady_clock;

constexpr std::size_t most = 1024UL * 1024;  // bytes of an answer's body

[[noreturn]] void fail(const std::string& host, const std::string& what) {
  throw Error{Errc::unavailable, host + ": " + what};
}

Poco::Timespan until(steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - steady_clock::now());
  return Poco::Timespan{std::max<std::int64_t>(left.count(), 1)};
}

Poco::URI parsed(const std::string& url) {
  try {
    Poco::URI parsed{url};
    const bool web = parsed.getScheme() == "https" || parsed.getScheme() == "http";
    if (web && !parsed.getHost().empty() && parsed.getUserInfo().empty()) return parsed;
  } catch (const Poco::SyntaxException&) {
    fail("a check's address", "is none");
  }
  fail("a check's address", "is none of https:// with a host and without a user");
}

StreamSocket connected(const std::vector<std::string>& addresses, const Poco::URI& url, steady_clock::time_point deadline) {
  std::string fault = "the host has no address";
  for (const std::string& address : addresses) {
    try {
      StreamSocket socket;
      socket.connect({Poco::Net::IPAddress{address}, url.getPort()}, until(deadline));
      socket.setNoDelay(true);
      return socket;
    } catch (const Poco::Exception& error) {
      fault = error.displayText();
    }
  }
  fail(url.getHost(), fault);
}

std::string read_body(std::istream& stream, const std::string& host) {
  std::string body;
  std::array<char, 16UL * 1024> piece;
  do {
    stream.read(piece.data(), piece.size());
    body.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    if (body.size() > most) fail(host, "the answer is longer than 1 MiB");
  } while (stream);
  if (stream.bad()) fail(host, "the answer was cut off");
  return body;
}

WebAnswer exchange(const StreamSocket& socket, const WebRequest& request, const Poco::URI& url) {
  const std::string& host = url.getHost();
  Poco::Net::HTTPClientSession session{socket};
  HTTPRequest head{request.method, url.getPathAndQuery().empty() ? "/" : url.getPathAndQuery(), HTTPRequest::HTTP_1_1};
  head.setHost(host, url.getPort());
  head.set("Accept", "application/json");
  head.set("Accept-Encoding", "identity");
  head.set("User-Agent", "claimcheck");
  for (const auto& [name, value] : request.headers) head.set(name, value);
  if (!request.body.empty()) head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
  session.sendRequest(head) << request.body << std::flush;
  HTTPResponse answer;
  std::istream& stream = session.receiveResponse(answer);
  WebAnswer read{.status = answer.getStatus(), .body = read_body(stream, host)};
  // Whatever their Content-Length says, these have no body (RFC 9110 section 8.6).
  const bool bodiless = read.status == HTTPResponse::HTTP_NO_CONTENT || read.status == HTTPResponse::HTTP_NOT_MODIFIED;
  const bool announced = answer.hasContentLength() && !bodiless;
  const bool whole = !announced || answer.getContentLength64() == static_cast<Poco::Int64>(read.body.size());
  if (!whole || session.networkException() != nullptr) fail(host, "the answer was cut off");
  return read;
}

class PocoWebClient final : public WebClient {
 public:
  PocoWebClient(const CheckSettings& settings, net::Resolve resolve) : settings_(settings), resolve_(std::move(resolve)) {}

  WebAnswer send(const WebRequest& request) override {
    const auto deadline = steady_clock::now() + settings_.timeout;
    const Poco::URI url = parsed(request.url);
    const auto addresses = net::allowed_addresses(
        {.scheme = url.getScheme(), .host = url.getHost(), .private_addresses = settings_.private_addresses}, resolve_,
        deadline);
    StreamSocket socket = connected(addresses, url, deadline);
    const net::TimeLimit limit{socket.impl()->sockfd(), deadline};
    try {
      if (url.getScheme() == "https") socket = secured(socket, url.getHost());
      return exchange(socket, request, url);
    } catch (const Poco::Exception& error) {
      // Without its details: those of a message that cannot be read might repeat what was sent.
      fail(url.getHost(), limit.over() ? "no answer in time" : error.what());
    } catch (const Error&) {
      if (limit.over()) fail(url.getHost(), "no answer in time");
      throw;
    }
  }

 private:
  StreamSocket secured(const StreamSocket& plain, const std::string& host) {
    try {
      if (context_.isNull()) context_ = net::verifying_context(settings_.ca_file);
      const auto secure = net::begin_tls(plain, host, context_);
      if (!secure) fail(host, "no TLS in time");
      return *secure;
    } catch (const Poco::Exception& error) {
      fail(host, error.displayText());
    }
  }

  CheckSettings settings_;
  net::Resolve resolve_;
  Poco::Net::Context::Ptr context_;
};

}  // namespace

std::unique_ptr<WebClient> open_web_client(const CheckSettings& settings, net::Resolve resolve) {
  return std::make_unique<PocoWebClient>(settings, std::move(resolve));
}

}  // namespace claimcheck::checks
