#include "fcgi/server.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
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

constexpr int nobody = -1;    // a descriptor that poll() passes over
constexpr int for_ever = -1;  // milliseconds, as poll() takes them
constexpr int a_second = 1000;
constexpr int a_moment = 50;

/// Waits until one of `watched` is readable, at most `wait` milliseconds.
template <std::size_t Count>
void wait_for(std::array<pollfd, Count> watched, int wait) {
  for (pollfd& each : watched) each.events = POLLIN;
  ::poll(watched.data(), watched.size(), wait);
}

/// The next connection that is waiting already, or -1. Several threads and processes may accept from the same listener.
int accept_one(int listener) {
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
    ::poll(nullptr, 0, a_moment);  // others will close some
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

  auto connection = open_fastcgi(request.ipcFd, request.requestId, timeouts.stall);
  if (request.role == role_responder) {
    const Variables variables = [&](const char* name) { return variable(request.envp, name); };
    const BodyReader read_body = [&](std::size_t length) {
      std::string body(length, '\0');
      body.resize(static_cast<std::size_t>(std::max(0, FCGX_GetStr(body.data(), static_cast<int>(length), request.in))));
      return body;
    };
    answerer.answer(variables, read_body, std::move(connection));
  }
  request.ipcFd = -1;  // closed by the connection, now or later
  FCGX_Free(&request, 0);
}

/// One of the threads of an own-socket worker.
void serve(const Listener& listener, const Timeouts& timeouts, const Shutdown& shutdown, const Team& team,
           std::atomic<int>& answering, const AnswererFactory& make_answerer) {
  const auto answerer = make_answerer();
  for (int wait = 0;;) {
    const bool ending = shutdown.requested();  // asked first: whoever was connected before is still accepted
    bool idle = true;
    const int door = listener.lives_on && ending ? nobody : listener.fd;
    ++answering;
    if (auto chore = team.chores.take()) {
      answerer->carry_out(std::move(*chore));
      idle = false;
    }
    if (const int fd = door == nobody ? nobody : accept_one(door); fd >= 0) {
      answer_one(fd, timeouts, *answerer);
      idle = false;
    }
    --answering;
    if (!idle) {
      wait = 0;
      continue;
    }
    if (wait == 0) wait = answerer->catch_up() ? for_ever : a_second;
    if (!ending) {
      wait_for(std::array{pollfd{.fd = door}, pollfd{.fd = shutdown.descriptor()}, pollfd{.fd = team.chores.descriptor()}},
               wait);
      if (wait != for_ever) wait = 0;
      continue;
    }
    // What runs may still hand something to the pump, and the pump leave something to be settled.
    if (answering == 0 && team.pump.load() == 0 && !team.chores.waiting()) break;
    wait_for(std::array{pollfd{.fd = door}, pollfd{.fd = team.chores.descriptor()}}, a_moment);
  }
  answerer->catch_up();
}

void stop_blocking(int listener) {
  ::fcntl(listener, F_SETFL, ::fcntl(listener, F_GETFL) | O_NONBLOCK);
}

}  // namespace

void serve_fastcgi(int listener, const Timeouts& timeouts, const Shutdown& shutdown, const AnswererFactory& make_answerer) {
  FCGX_Init();
  stop_blocking(listener);
  const auto answerer = make_answerer();
  while (!shutdown.requested()) {
    const int fd = accept_one(listener);
    if (fd >= 0) {
      answer_one(fd, timeouts, *answerer);
      continue;  // whoever waits already comes first
    }
    const int wait = answerer->catch_up() ? for_ever : a_second;
    wait_for(std::array{pollfd{.fd = listener}, pollfd{.fd = shutdown.descriptor()}}, wait);
  }
  answerer->catch_up();
}

void serve_fastcgi(const Listener& listener, int threads, const Timeouts& timeouts, const Shutdown& shutdown, const Team& team,
                   const AnswererFactory& make_answerer) {
  FCGX_Init();
  stop_blocking(listener.fd);
  std::atomic<int> answering = 0;
  std::vector<std::jthread> running;
  running.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i)
    running.emplace_back([&] { serve(listener, timeouts, shutdown, team, answering, make_answerer); });
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
  answerer.answer(variables, read_body, open_cgi(STDOUT_FILENO, timeouts.stall));
  answerer.catch_up();
}

}  // namespace claimcheck::fcgi
