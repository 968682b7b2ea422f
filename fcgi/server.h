#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "fcgi/chores.h"
#include "fcgi/connection.h"
#include "fcgi/door.h"
#include "fcgi/pump.h"
#include "fcgi/shutdown.h"
#include "fcgi/variables.h"

namespace claimcheck::fcgi {

/// Answers requests, one after the other; belongs to one thread.
class Answerer {
 public:
  virtual ~Answerer() = default;
  virtual void answer(const Variables& variables, const BodyReader& read_body, std::unique_ptr<Connection> connection) = 0;
  /// Does what the pump has left to a thread with a store.
  virtual void carry_out(Chore chore) = 0;
  /// Nobody is waiting: does all that requests were not to wait for.
  virtual void catch_up() = 0;
  /// The same of what has waited long enough.
  virtual void catch_up_if_due() = 0;
  /// When that will have something to do, for whichever thread; nothing if there is nothing.
  virtual std::optional<std::chrono::steady_clock::time_point> due() const = 0;
};

/// Makes an Answerer for the thread that calls it, with a database connection of its own.
using AnswererFactory = std::function<std::unique_ptr<Answerer>()>;

struct Timeouts {
  std::chrono::seconds read{10};   ///< for any one read while a request arrives
  std::chrono::seconds stall{40};  ///< for any one write
};

/// What the threads of an own-socket worker share: whoever carries on, and what that leaves to them.
struct Team {
  Chores& chores;
  Pump& pump;
};

/// Accepts FastCGI connections on `listener` until shutdown is requested and everything accepted is answered.
/// libfcgi parses the requests; accepting, answering and closing are ours, so that no peer can hold a thread for ever.
/// Everything happens in the calling thread, one request after the other: as mod_fcgid wants it.
void serve_fastcgi(int listener, const Timeouts& timeouts, const Shutdown& shutdown, const AnswererFactory& make_answerer);

/// The same with several request threads, which wait at `door`, and a pump for what they would have to wait for. Once shutdown
/// is requested, what waits at a listener of its own or comes within half a second is answered too, since a new worker has
/// taken its place; what waits at one that lives on is left to the next worker.
void serve_fastcgi(Door& door, int threads, const Timeouts& timeouts, const Shutdown& shutdown, const Team& team,
                   const AnswererFactory& make_answerer);

/// Answers the one request of a CGI process from its environment and standard input.
void serve_cgi(const Timeouts& timeouts, Answerer& answerer);

}  // namespace claimcheck::fcgi
