#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/delivery_log.h"
#include "core/storage.h"
#include "fcgi/checkpoints.h"
#include "fcgi/connection.h"
#include "fcgi/reply.h"
#include "fcgi/shutdown.h"

namespace claimcheck::fcgi {

/// How a stream may end early, and who is told how far it is.
struct Pace {
  std::chrono::seconds stall_timeout{40};  ///< a client that takes nothing for so long is given up
  std::chrono::seconds stood_still{10};    ///< a stream that nobody took anything from for so long asks before it sends on
  std::chrono::milliseconds tell_every{1000};
  /// When the delivery was admitted. If that took long it may have been given up before it began.
  std::chrono::steady_clock::time_point admitted = std::chrono::steady_clock::now();
  const Shutdown* shutdown = nullptr;  ///< given up when overdue
  /// Told the file bytes sent so far, every `tell_every` while bytes move, and asked how the delivery stands; may be empty.
  std::function<Standing(std::uint64_t sent, Asking asking)> tell;
};

/// What a stream came to.
struct Streamed {
  Outcome outcome = Outcome::complete;
  std::uint64_t sent = 0;  ///< bytes of the file that the front end took
};

/// Sends the pieces of a file one after the other. Never throws for a client that goes away; a file that cannot be read any
/// further ends as `failed`.
Streamed stream(Connection& connection, OpenFile& file, const std::vector<Piece>& pieces, const Pace& pace);

}  // namespace claimcheck::fcgi
