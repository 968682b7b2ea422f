#include "fcgi/server.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <thread>
#include <vector>

namespace claimcheck::fcgi {
namespace {

constexpr int role_responder = 1;  // FastCGI 1.0 section 6.2

void limit_waiting(int fd, const Timeouts& timeouts) {
  const timeval read{.tv_sec = timeouts.read.count(), .tv_usec = 0};
  const timeval write{.tv_sec = timeouts.stall.count(), .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &read, sizeof read);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &write, sizeof write);
}

constexpr int for_ever = -1;  // milliseconds, as poll() takes them
constexpr int a_second = 1000;

/// The next connection, or -1 if there is none after `wait` milliseconds or shutdown is requested.
int accept_next(int listener, const Shutdown& shutdown, int wait) {
  std::array<pollfd, 2> watched{pollfd{.fd = listener, .events = POLLIN, .revents = 0},
                                pollfd{.fd = shutdown.descriptor(), .events = POLLIN, .revents = 0}};
  if (::poll(watched.data(), watched.size(), wait) <= 0 || watched[1].revents != 0) return -1;
  // Several threads and processes may wait on the same listener; whoever is late gets EAGAIN and waits again.
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) ::poll(nullptr, 0, 50);  // others will close some
  return fd;
}

std::optional<std::string_view> variable(char** environment, const char* name) {
  const char* value = FCGX_GetParam(name, environment);
  return value == nullptr ? std::nullopt : std::optional<std::string_view>{value};
}

/// Lets libfcgi read the request from `fd`, answers it, and closes `fd`.
void answer_one(int fd, const Timeouts& timeouts, Answerer& answerer) {
  limit_waiting(fd, timeouts);
  FCGX_Request request;
  // Without a listener of its own libfcgi cannot accept behind our back when it gives this connection up.
  FCGX_InitRequest(&request, -1, 0);
  request.ipcFd = fd;
  request.keepConnection = 1;                // else its first act would be to close what it has not read yet
  if (FCGX_Accept_r(&request) != 0) return;  // it has closed the connection

  const auto connection = open_fastcgi(request.ipcFd, request.requestId, timeouts.stall);
  if (request.role == role_responder) {
    const Variables variables = [&](const char* name) { return variable(request.envp, name); };
    const BodyReader read_body = [&](std::size_t length) {
      std::string body(length, '\0');
      body.resize(static_cast<std::size_t>(std::max(0, FCGX_GetStr(body.data(), static_cast<int>(length), request.in))));
      return body;
    };
    answerer.answer(variables, read_body, *connection);
  } else {
    connection->cut();
  }
  request.ipcFd = -1;  // closed by the connection
  FCGX_Free(&request, 0);
}

void serve(int listener, const Timeouts& timeouts, const Shutdown& shutdown, const AnswererFactory& make_answerer) {
  const auto answerer = make_answerer();
  int wait = for_ever;
  while (!shutdown.requested()) {
    const int fd = accept_next(listener, shutdown, wait);
    if (fd >= 0) {
      answer_one(fd, timeouts, *answerer);
      wait = 0;  // whoever waits already comes first
    } else {
      wait = answerer->catch_up() ? for_ever : a_second;
    }
  }
  answerer->catch_up();
}

}  // namespace

void serve_fastcgi(int listener, int threads, const Timeouts& timeouts, const Shutdown& shutdown,
                   const AnswererFactory& make_answerer) {
  FCGX_Init();
  ::fcntl(listener, F_SETFL, ::fcntl(listener, F_GETFL) | O_NONBLOCK);
  if (threads == 1) return serve(listener, timeouts, shutdown, make_answerer);
  std::vector<std::jthread> running;
  running.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) running.emplace_back([&] { serve(listener, timeouts, shutdown, make_answerer); });
}

void serve_cgi(const Timeouts& timeouts, Answerer& answerer) {
  const Variables variables = [](const char* name) -> std::optional<std::string_view> {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string_view>{value};
  };
  const BodyReader read_body = [&](std::size_t length) {
    std::string body(length, '\0');
    std::size_t filled = 0;
    pollfd watched{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int wait_ms = static_cast<int>(std::chrono::milliseconds{timeouts.read}.count());
    while (filled < length && ::poll(&watched, 1, wait_ms) > 0) {
      const ssize_t count = ::read(STDIN_FILENO, body.data() + filled, length - filled);
      if (count <= 0) break;
      filled += static_cast<std::size_t>(count);
    }
    body.resize(filled);
    return body;
  };
  const auto connection = open_cgi(STDOUT_FILENO, timeouts.stall);
  answerer.answer(variables, read_body, *connection);
  answerer.catch_up();
}

}  // namespace claimcheck::fcgi
