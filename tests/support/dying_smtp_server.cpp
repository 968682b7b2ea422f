#include "tests/support/dying_smtp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace claimcheck::test {
namespace {

constexpr int look_every_ms = 10;
constexpr int done = 250;
constexpr std::string_view line_break = "\r\n";

/// Closing sends RST instead of FIN, and throws away what is still on its way.
void reset(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// Answers are short: they fit into the socket's buffer.
void say(int fd, const std::string& line) {
  const std::string bytes = line + std::string{line_break};
  ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// What stands between the angle brackets of MAIL and RCPT.
std::string address_in(const std::string& line) {
  const std::size_t begin = line.find('<') + 1, end = line.rfind('>');
  return line.substr(begin, end - begin);
}

/// The value of Message-ID, wherever it is folded.
std::string message_id_in(const std::string& header) {
  const std::size_t field = header.find("\nMessage-ID:");
  if (field == std::string::npos) return "";
  const std::size_t begin = header.find('<', field);
  return header.substr(begin, header.find('>', begin) + 1 - begin);
}

}  // namespace

struct DyingSmtpServer::Connection {
  int fd = -1, number = 0, mail = 1;
  std::optional<Fault> fault = std::nullopt;
  std::string unread = {}, sender = {}, recipient = {}, header = {};
  enum class State { commands, header, body, silent, over } state = State::commands;
};

DyingSmtpServer::DyingSmtpServer(Plan plan)
    : plan_(std::move(plan)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, generic, &length) != 0)
    throw std::runtime_error("the dying mail server cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread{[this] { serve(); }};
}

DyingSmtpServer::~DyingSmtpServer() {
  ending_ = true;
  thread_.join();
  for (const Connection& connection : open_) ::close(connection.fd);
  ::close(listener_);
}

std::vector<DyingSmtpServer::Received> DyingSmtpServer::received() const {
  const std::scoped_lock lock{mutex_};
  return received_;
}

int DyingSmtpServer::connections() const {
  const std::scoped_lock lock{mutex_};
  return accepted_;
}

int DyingSmtpServer::heard(const std::string& verb) const {
  const std::scoped_lock lock{mutex_};
  const auto found = heard_.find(verb);
  return found == heard_.end() ? 0 : found->second;
}

void DyingSmtpServer::serve() {
  while (!ending_) {
    std::vector<pollfd> watched{{.fd = listener_, .events = POLLIN, .revents = 0}};
    for (const Connection& connection : open_) watched.push_back({.fd = connection.fd, .events = POLLIN, .revents = 0});
    if (::poll(watched.data(), watched.size(), look_every_ms) <= 0) continue;
    for (std::size_t i = 0; i < open_.size(); ++i)
      if (watched[i + 1].revents != 0) read(open_[i]);
    std::erase_if(open_, [](const Connection& connection) {
      const bool over = connection.state == Connection::State::over;
      if (over) ::close(connection.fd);
      return over;
    });
    if (watched[0].revents != 0) accept();
  }
}

void DyingSmtpServer::accept() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  const int at_once = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  Connection connection{.fd = fd};
  {
    const std::scoped_lock lock{mutex_};
    connection.number = ++accepted_;
  }
  connection.fault = plan_(connection.number, connection.mail);
  answer(connection, Point::before_greeting, "220 mail.example ESMTP");
  answer(connection, Point::after_greeting, "");
  if (connection.state == Connection::State::over) {
    ::close(fd);
  } else {
    open_.push_back(std::move(connection));
  }
}

void DyingSmtpServer::read(Connection& connection) {
  std::array<char, 64 * 1024> piece;
  const ssize_t count = ::recv(connection.fd, piece.data(), piece.size(), 0);
  if (count <= 0) {
    connection.state = Connection::State::over;
    return;
  }
  connection.unread.append(piece.data(), static_cast<std::size_t>(count));
  std::size_t begin = 0;
  for (std::size_t end = connection.unread.find(line_break); end != std::string::npos;
       end = connection.unread.find(line_break, begin)) {
    const std::string line = connection.unread.substr(begin, end - begin);
    begin = end + line_break.size();
    handle(connection, line);
  }
  connection.unread.erase(0, begin);
}

void DyingSmtpServer::handle(Connection& connection, const std::string& line) {
  switch (connection.state) {
    case Connection::State::commands:
      return handle_command(connection, line);
    case Connection::State::header:
    case Connection::State::body:
      return handle_body(connection, line);
    case Connection::State::silent:
    case Connection::State::over:
      return;
  }
}

void DyingSmtpServer::handle_command(Connection& connection, const std::string& line) {
  const std::string verb = line.substr(0, line.find(' '));
  {
    const std::scoped_lock lock{mutex_};
    ++heard_[verb];
  }
  if (verb == "EHLO") {
    answer(connection, Point::ehlo, "250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN");
  } else if (verb == "STARTTLS") {
    answer(connection, Point::starttls, "454 4.7.0 not here");
  } else if (verb == "AUTH") {
    answer(connection, Point::auth, "235 2.7.0 welcome");
  } else if (verb == "MAIL") {
    connection.sender = address_in(line);
    answer(connection, Point::mail, "250 2.1.0 go on");
  } else if (verb == "RCPT") {
    connection.recipient = address_in(line);
    answer(connection, Point::rcpt, "250 2.1.5 go on");
  } else if (verb == "DATA") {
    if (answer(connection, Point::data, "354 send it")) connection.state = Connection::State::header;
    connection.header = "\n";
  } else if (verb == "RSET") {
    say(connection.fd, "250 2.0.0 forgotten");
    connection.fault = plan_(connection.number, ++connection.mail);
  } else if (verb == "QUIT") {
    say(connection.fd, "221 2.0.0 bye");
    connection.state = Connection::State::over;
  } else {
    say(connection.fd, "500 5.5.2 what?");
  }
}

void DyingSmtpServer::handle_body(Connection& connection, const std::string& line) {
  if (line == ".") return finish_mail(connection);
  if (connection.state == Connection::State::body) return;
  connection.header += line + "\n";
  if (!line.empty()) return;
  connection.state = Connection::State::body;
  answer(connection, Point::body, "");
}

void DyingSmtpServer::finish_mail(Connection& connection) {
  constexpr const char* taken = "250 2.0.0 taken";
  connection.state = Connection::State::commands;
  const std::string line = line_at(connection, Point::final_dot, taken);
  const int code = std::atoi(line.c_str());
  {
    // First, so that whoever has the answer finds the mail here.
    const std::scoped_lock lock{mutex_};
    received_.push_back({.message_id = message_id_in(connection.header),
                         .sender = connection.sender,
                         .recipient = connection.recipient,
                         .answer = code});
  }
  answer(connection, Point::final_dot, taken);
  answer(connection, Point::after_answer, "");
  // After another answer the client says RSET, and the next mail begins there.
  if (code == done) connection.fault = plan_(connection.number, ++connection.mail);
}

/// What is to be said at a point; nothing if the server dies there.
std::string DyingSmtpServer::line_at(const Connection& connection, Point point, const std::string& right) {
  if (!connection.fault || connection.fault->point != point) return right;
  return connection.fault->act == Act::answer ? connection.fault->line : "";
}

/// Does what is due at a point. @return whether the right answer went
bool DyingSmtpServer::answer(Connection& connection, Point point, const std::string& right) {
  using State = Connection::State;
  if (connection.state == State::over || connection.state == State::silent) return false;
  const std::string line = line_at(connection, point, right);
  if (!line.empty()) say(connection.fd, line);
  const bool faulty = connection.fault && connection.fault->point == point;
  if (!faulty) return true;
  if (connection.fault->act == Act::reset) reset(connection.fd);
  if (connection.fault->act == Act::hang_up)
    ::shutdown(connection.fd, SHUT_WR);  // closing alone is RST if there is something unread
  if (connection.fault->act == Act::silence) connection.state = State::silent;
  if (connection.fault->act == Act::reset || connection.fault->act == Act::hang_up) connection.state = State::over;
  return false;
}

}  // namespace claimcheck::test
