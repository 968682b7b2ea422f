#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/delivery_log.h"
#include "core/storage.h"
#include "fcgi/checkpoints.h"
#include "fcgi/connection.h"
#include "fcgi/reply.h"
#include "fcgi/shutdown.h"
#include "fcgi/throttle.h"

namespace claimcheck::fcgi {

/// How a stream may end early, how fast it goes, and who is told how far it is.
struct Pace {
  std::chrono::seconds stall_timeout{40};  ///< a client that takes nothing for so long is given up
  std::chrono::seconds stood_still{10};    ///< a stream that nobody took anything from for so long asks before it sends on
  std::chrono::milliseconds tell_every{1000};
  std::uint64_t slowest = 0;              ///< bytes per second: a client that takes fewer …
  std::chrono::seconds slowest_over{60};  ///< … over so long is given up
  /// When the delivery was admitted. If that took long it may have been given up before it began.
  std::chrono::steady_clock::time_point admitted = std::chrono::steady_clock::now();
  const Shutdown* shutdown = nullptr;  ///< given up when overdue
  std::shared_ptr<Rate> rate;          ///< shared with others; without it as fast as can be
  /// Told the file bytes sent so far, every `tell_every` while bytes move, and asked how the delivery stands; may be empty.
  std::function<Standing(std::uint64_t sent, Asking asking)> tell;
};

/// What a stream came to.
struct Streamed {
  Outcome outcome = Outcome::complete;
  std::uint64_t sent = 0;  ///< bytes of the file that the front end took
  std::string fault = {};  ///< why the file could not be read any further, for the log
};

/// Pieces of a file on their way to the front end, in steps that never wait, so that one thread can carry thousands of them.
/// Keeps references to the connection and the file. Belongs to one thread at a time.
class Stream {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// What a stream has to wait for before it can go on.
  enum class Turn {
    more,     ///< nothing: it has had its turn, and others may want theirs
    blocked,  ///< the connection becomes writable, or wake() comes
    resting,  ///< wake() comes
    over,     ///< see result()
  };

  Stream(Connection& connection, OpenFile& file, std::vector<Piece> pieces, Pace pace);

  /// Sends what can be sent without waiting, within bounds. Never throws for a client that goes away; a file that cannot be
  /// read any further ends as `failed`.
  Turn advance(SteadyTime now);
  /// The front end has gone: what was sent is all.
  void abandon();

  /// When to advance again at the latest.
  SteadyTime wake() const { return wake_; }
  Streamed result() const { return {.outcome = outcome_, .sent = sent_, .fault = fault_}; }
  /// From now on, whom to tell. The stream changes hands.
  void tell_to(std::function<Standing(std::uint64_t, Asking)> tell) { pace_.tell = std::move(tell); }

 private:
  Turn end(Outcome outcome);
  Turn rest(Turn turn, SteadyTime until);
  Turn go_on(SteadyTime now);
  Turn stuck(SteadyTime now);
  bool stood_still(SteadyTime now) const;
  bool is_in_doubt(SteadyTime now);
  bool is_permitted(SteadyTime now);
  bool is_here(SteadyTime now);
  Step send_some(Piece& piece);
  Step copy(const Range& range);
  bool tell(SteadyTime now);
  bool is_too_slow(SteadyTime now);

  Connection& connection_;
  OpenFile& file_;
  std::vector<Piece> pieces_;
  Pace pace_;
  std::size_t piece_ = 0;        ///< the one under way; its text and range shrink as they are sent
  std::string copied_;           ///< of a file without a descriptor: what was read and is not sent yet
  std::uint64_t permitted_ = 0;  ///< bytes that the rate has granted and that are not sent yet …
  SteadyTime permitted_at_;      ///< … and when they may be
  Outcome outcome_ = Outcome::complete;
  std::string fault_;
  std::uint64_t sent_ = 0;
  SteadyTime wake_, last_move_, last_told_, last_look_;
  SteadyTime window_;                     ///< since when the client's own speed is looked at …
  std::uint64_t sent_before_window_ = 0;  ///< … and what had been sent by then
  bool asking_ = false;                   ///< it stood still, and waits to be told that it still holds
};

/// Carries a stream to its end in the calling thread.
Streamed run(Stream& stream, const Connection& connection);

}  // namespace claimcheck::fcgi
