#include "cron/smtp_line.h"

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "net/tls.h"

namespace claimcheck::cron {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t longest_line = 2048;  // RFC 5321 section 4.5.3.1.5 allows 512
constexpr std::size_t most_lines = 100;

[[noreturn]] void fail(const std::string& what) {
  throw Error{Errc::unavailable, what};
}

/// Does something with Poco, whose exceptions become ours.
template <typename Work>
auto translated(const Work& work) {
  try {
    return work();
  } catch (const Poco::TimeoutException&) {
    fail("no answer in time");
  } catch (const Poco::Exception& error) {
    fail(error.displayText());
  }
}

Poco::Timespan timespan(std::chrono::microseconds time) {
  return Poco::Timespan{time.count()};
}

Poco::Net::StreamSocket connected(const std::string& host, int port, seconds timeout) {
  std::string fault = "the host has no address";
  const Poco::Net::HostEntry entry = Poco::Net::DNS::resolve(host);
  for (const Poco::Net::IPAddress& address : entry.addresses()) {
    try {
      Poco::Net::StreamSocket socket;
      socket.connect({address, static_cast<Poco::UInt16>(port)}, timespan(timeout));
      return socket;
    } catch (const Poco::Exception& error) {
      fault = error.displayText();
    }
  }
  fail(fault);
}

}  // namespace

SmtpLine::SmtpLine(const std::string& host, int port, seconds timeout) : host_(host) {
  translated([&] {
    plain_ = connected(host, port, timeout);
    plain_.setReceiveTimeout(timespan(timeout));
    plain_.setSendTimeout(timespan(timeout));
    plain_.setNoDelay(true);
  });
}

void SmtpLine::start_tls(const std::string& ca_file) {
  // Whoever sits in the line could otherwise put answers here that seem to come out of the encrypted connection.
  if (has_unread()) fail("the server went on in plain text after STARTTLS");
  translated([&] {
    secure_ = net::begin_tls(plain_, host_, net::verifying_context(ca_file));
    if (!secure_) fail("no TLS in time");
  });
}

void SmtpLine::write(std::string_view bytes) {
  constexpr std::size_t piece = 64UL * 1024;
  while (!bytes.empty()) {
    const int wanted = static_cast<int>(std::min(bytes.size(), piece));
    const int sent = translated([&] { return socket().sendBytes(bytes.data(), wanted); });
    if (sent <= 0) fail("the server takes nothing more");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

SmtpReply SmtpLine::read(seconds limit) {
  const auto deadline = steady_clock::now() + limit;
  constexpr std::size_t digits = 3;
  SmtpReply reply;
  while (reply.lines.size() < most_lines) {
    const std::string line = read_line(deadline);
    const bool numbered =
        line.size() >= digits && line.find_first_not_of("0123456789") >= digits && line[0] >= '2' && line[0] <= '5';
    const char mark = line.size() > digits ? line[digits] : ' ';
    if (!numbered || (mark != ' ' && mark != '-')) fail("the server does not speak SMTP: " + line);
    reply.code = std::stoi(line.substr(0, digits));
    reply.lines.push_back(line.size() > digits ? line.substr(digits + 1) : "");
    if (mark == ' ') return reply;
  }
  fail("the server's answer does not end");
}

std::string SmtpLine::read_line(steady_clock::time_point deadline) {
  for (;;) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (unread_.size() > longest_line) fail("the server's answer does not end");
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - steady_clock::now());
    if (left <= left.zero()) fail("no answer in time");
    std::array<char, 4096> piece;
    // On the plain socket, with TLS too: that is the one whose time-out Poco goes by.
    plain_.setReceiveTimeout(timespan(left));
    const int count = translated([&] { return socket().receiveBytes(piece.data(), static_cast<int>(piece.size())); });
    if (count <= 0) fail("the server closed the connection");
    unread_.append(piece.data(), static_cast<std::size_t>(count));
  }
}

Poco::Net::StreamSocket& SmtpLine::socket() {
  return secure_ ? *secure_ : plain_;
}

}  // namespace claimcheck::cron
