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
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace claimcheck::fcgi {
namespace {

using namespace std::chrono_literals;

constexpr int role_responder = 1;  // FastCGI 1.0 section 6.2

void limit_waiting(int fd, const Timeouts& timeouts) {
  const timeval read{.tv_sec = timeouts.read.count(), .tv_usec = 0};
  const timeval write{.tv_sec = timeouts.stall.count(), .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &read, sizeof read);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &write, sizeof write);
}

/// So that a request can be read from it, which its last answer was not to wait for.
void block(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

/// Twice the room that Linux gives by default (it doubles what it is told): a front end goes a tenth faster with it. With 2 MB
/// it goes a third slower, since bytes have left the processor's cache before it gets to them.
void make_room_to_send(int fd) {
  constexpr int half_the_room = 212'992;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &half_the_room, sizeof half_the_room);
}

using SteadyClock = std::chrono::steady_clock;

constexpr int nobody = -1;    // a descriptor that poll() passes over
constexpr int for_ever = -1;  // milliseconds, as poll() takes them
constexpr int at_once = 0;
constexpr int a_moment = 50;
// Whoever was connecting to a unix socket while a new worker took its path over comes to the old one a little later: a file
// system that is busy can hold connect() up after it has found the old socket.
constexpr std::chrono::milliseconds late_arrival{500};

/// Waits until one of `watched` is readable, at most `wait` milliseconds.
template <std::size_t Count>
void wait_for(std::array<pollfd, Count> watched, int wait) {
  for (pollfd& each : watched) each.events = POLLIN;
  ::poll(watched.data(), watched.size(), wait);
}

std::optional<std::string_view> variable(char** environment, const char* name) {
  const char* value = FCGX_GetParam(name, environment);
  return value == nullptr ? std::nullopt : std::optional<std::string_view>{value};
}

bool has_body(const FCGX_Request& request) {
  const std::string_view length = variable(request.envp, "CONTENT_LENGTH").value_or("");
  return !length.empty() && length != "0";
}

/// Lets libfcgi read the request from `fd`, answers it, and closes `fd`, or gives it to `keeper` if the front end keeps it.
void answer_one(int fd, const Timeouts& timeouts, Answerer& answerer, const Keeper& keeper) {
  FCGX_Request request;
  // Without a listener of its own libfcgi cannot accept behind our back when it gives this connection up.
  FCGX_InitRequest(&request, -1, 0);
  request.ipcFd = fd;
  request.keepConnection = 1;                // else its first act would be to close what it has not read yet
  if (FCGX_Accept_r(&request) != 0) return;  // it has closed the connection

  const bool is_kept = request.keepConnection != 0;  // FCGI_KEEP_CONN, FastCGI 1.0 section 5.1
  auto connection = open_fastcgi(request.ipcFd, request.requestId, timeouts.stall, is_kept ? keeper : Keeper{});
  // What is left to be read would be in the way when its connection is closed, or used again.
  const auto read_the_end = [&request, &line = *connection] {
    const bool has_ended = FCGX_GetChar(request.in) == EOF && FCGX_GetError(request.in) == 0;  // or it came too late
    if (has_ended) line.input_has_ended();
  };
  if (!has_body(request)) read_the_end();
  if (request.role == role_responder) {
    const Variables variables = [&](const char* name) { return variable(request.envp, name); };
    const BodyReader read_body = [&](std::size_t length) {
      std::string body(length, '\0');
      body.resize(static_cast<std::size_t>(std::max(0, FCGX_GetStr(body.data(), static_cast<int>(length), request.in))));
      read_the_end();
      return body;
    };
    answerer.answer(variables, read_body, std::move(connection));
  }
  request.ipcFd = -1;  // closed by the connection, now or later
  FCGX_Free(&request, 0);
}

int milliseconds_until(SteadyClock::time_point moment) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - SteadyClock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), at_once));
}

/// One of the threads of an own-socket worker.
class RequestThread {
 public:
  RequestThread(Door& door, const Timeouts& timeouts, const Shutdown& shutdown, const Team& team, std::atomic<int>& answering,
                Answerer& answerer)
      : door_(door), timeouts_(timeouts), shutdown_(shutdown), team_(team), answering_(answering), answerer_(answerer) {}

  void run() {
    while (!shutdown_.requested()) receive(door_.next(for_ever));
    door_.prepare_to_leave();
    const bool somebody_may_come = !door_.listener_lives_on() || door_.keeps_any();
    const auto nobody_comes_after = SteadyClock::now() + (somebody_may_come ? late_arrival : 0ms);
    while (!is_done(nobody_comes_after)) {
      if (receive_all()) continue;
      wait_for(std::array{pollfd{.fd = door_.listener_lives_on() ? nobody : door_.listener()},
                          pollfd{.fd = team_.chores.descriptor()}},
               a_moment);
    }
    answerer_.catch_up();
  }

 private:
  /// @return whether there was something to do
  bool receive(const Door::Visit& visit) {
    ++answering_;
    const bool found = attend(visit);
    answerer_.catch_up_if_due();
    if (const auto due = answerer_.due()) door_.wake_at(*due);
    --answering_;
    return found;
  }

  bool attend(const Door::Visit& visit) {
    if (visit.who == Door::Visitor::connection) {
      if (visit.is_back) {
        block(visit.fd);
      } else {
        limit_waiting(visit.fd, timeouts_);
        make_room_to_send(visit.fd);
      }
      answer_one(visit.fd, timeouts_, answerer_, keeper_);
      return true;
    }
    if (visit.who != Door::Visitor::chore) return false;
    auto chore = team_.chores.take();
    door_.looked_for_chore();
    if (chore) answerer_.carry_out(std::move(*chore));
    return chore.has_value();
  }

  /// What is there already, besides the request to end, which is told again and again. @return whether there was anything
  bool receive_all() {
    constexpr int sources = 4;  // the listener, the chores, the alarm, the end
    bool found = false;
    for (int look = 0; look < sources; ++look) found = receive(door_.next(at_once)) || found;
    return found;
  }

  /// What runs may still hand something to the pump, and the pump leave something to be settled.
  bool is_done(SteadyClock::time_point nobody_comes_after) const {
    return SteadyClock::now() >= nobody_comes_after && answering_ == 0 && team_.pump.load() == 0 && !team_.chores.waiting();
  }

  Door& door_;
  const Timeouts& timeouts_;
  const Shutdown& shutdown_;
  const Team& team_;
  std::atomic<int>& answering_;  ///< how many threads are at work
  Answerer& answerer_;
  const Keeper keeper_ = [&door = door_](Descriptor connection) { door.keep(std::move(connection)); };
};

}  // namespace

void serve_fastcgi(int listener, const Timeouts& timeouts, const Shutdown& shutdown, const AnswererFactory& make_answerer) {
  FCGX_Init();
  stop_blocking(listener);
  const auto answerer = make_answerer();
  while (!shutdown.requested()) {
    const int fd = accept_one(listener);
    if (fd >= 0) {
      limit_waiting(fd, timeouts);
      answer_one(fd, timeouts, *answerer, {});
      continue;  // whoever waits already comes first
    }
    answerer->catch_up();
    const auto due = answerer->due();
    wait_for(std::array{pollfd{.fd = listener}, pollfd{.fd = shutdown.descriptor()}},
             due ? milliseconds_until(*due) : for_ever);
  }
  answerer->catch_up();
}

void serve_fastcgi(Door& door, int threads, const Timeouts& timeouts, const Shutdown& shutdown, const Team& team,
                   const AnswererFactory& make_answerer) {
  FCGX_Init();
  std::atomic<int> answering = 0;
  std::vector<std::jthread> running;
  running.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i)
    running.emplace_back([&] {
      const auto answerer = make_answerer();
      RequestThread{door, timeouts, shutdown, team, answering, *answerer}.run();
    });
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
