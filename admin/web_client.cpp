#include "admin/web_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

#include <algorithm>
#include <chrono>
#include <istream>
#include <memory>

namespace claimcheck::admin {
namespace {

namespace net = Poco::Net;
using htaccess::Failure;
using htaccess::WebAnswer;
using htaccess::WebRequest;
using SteadyClock = std::chrono::steady_clock;

const Poco::Timespan longest_wait{10, 0};
constexpr std::chrono::seconds longest_answer{40};
constexpr int receive_buffer = 64 * 1024;

/// Connected to the first address of the host that accepts.
net::StreamSocket connect_to(const std::string& host, Poco::UInt16 port) {
  const net::HostEntry entry = net::DNS::resolve(host);
  for (std::size_t i = 0; i < entry.addresses().size(); ++i) {
    const net::SocketAddress address{entry.addresses()[i], port};
    net::StreamSocket socket{address.family()};
    socket.setReceiveBufferSize(receive_buffer);
    try {
      socket.connect(address, longest_wait);
      socket.setReceiveTimeout(longest_wait);
      socket.setSendTimeout(longest_wait);
      return socket;
    } catch (const Poco::Exception&) {
      if (i + 1 == entry.addresses().size()) throw;
    }
  }
  throw net::HostNotFoundException(host);
}

std::unique_ptr<net::HTTPClientSession> open_session(const Poco::URI& address, const net::Context::Ptr& context) {
  const net::StreamSocket plain = connect_to(address.getHost(), address.getPort());
  if (address.getScheme() != "https") return std::make_unique<net::HTTPClientSession>(plain);
  // HTTPSClientSession takes no socket that is connected already; a session does not care what kind of socket it talks over.
  return std::make_unique<net::HTTPClientSession>(net::SecureStreamSocket::attach(plain, address.getHost(), context));
}

/// Sends the request and takes the answer's head and as much of its body as is wanted.
WebAnswer exchange(const WebRequest& wanted, const net::Context::Ptr& context) {
  const Poco::URI address{wanted.url};
  const auto session = open_session(address, context);
  // Whatever stands in the URL goes out as it stands.
  const std::string target = wanted.url.substr(htaccess::origin_of(wanted.url).size());
  net::HTTPRequest request{wanted.method, target.empty() ? "/" : target, net::HTTPMessage::HTTP_1_1};
  request.setHost(address.getHost(), address.getPort());
  request.set("User-Agent", "claimcheck-doctor");
  for (const auto& [name, value] : wanted.headers) request.set(name, value);
  if (!wanted.body.empty() || wanted.method == "POST") request.setContentLength64(static_cast<Poco::Int64>(wanted.body.size()));
  session->sendRequest(request) << wanted.body << std::flush;

  net::HTTPResponse response;
  std::istream& stream = session->receiveResponse(response);
  WebAnswer answer{.status = response.getStatus()};
  for (const auto& [name, value] : response) answer.headers.emplace_back(name, value);
  const auto deadline = SteadyClock::now() + longest_answer;
  std::string piece(16384, '\0');
  while (answer.body.size() < wanted.most && SteadyClock::now() < deadline) {
    const std::size_t room = std::min(piece.size(), wanted.most - answer.body.size());
    stream.read(piece.data(), static_cast<std::streamsize>(room));
    answer.body.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
    if (!stream) break;
  }
  if (wanted.before_closing) wanted.before_closing();
  return answer;
}

WebAnswer failed(Failure failure, std::string reason) {
  return {.failure = failure, .reason = std::move(reason)};
}

}  // namespace

htaccess::Fetch make_web_client() {
  net::initializeSSL();
  const net::Context::Ptr context = new net::Context(net::Context::CLIENT_USE, "", net::Context::VERIFY_STRICT, 9, true);
  return [context](const WebRequest& request) {
    try {
      return exchange(request, context);
    } catch (const net::CertificateValidationException& fault) {
      return failed(Failure::certificate, fault.displayText());
    } catch (const net::SSLException& fault) {
      return failed(Failure::certificate, fault.displayText());
    } catch (const Poco::TimeoutException&) {
      return failed(Failure::unreachable, "it did not answer within ten seconds");
    } catch (const Poco::Exception& fault) {
      return failed(Failure::unreachable, fault.displayText());
    }
  };
}

}  // namespace claimcheck::admin
