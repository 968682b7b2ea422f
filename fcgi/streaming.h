#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/delivery_log.h"
#include "core/storage.h"
#include "fcgi/connection.h"
#include "fcgi/reply.h"
#include "fcgi/shutdown.h"

namespace claimcheck::fcgi {

/// How a stream may end early, and who is told how far it is.
struct Pace {
  std::chrono::seconds stall_timeout{40};  ///< a client that takes nothing for so long is given up
  std::chrono::seconds checkpoint_every{5};
  const Shutdown* shutdown = nullptr;  ///< given up when overdue
  /// Called at most every `checkpoint_every`, if bytes have moved, with the file bytes sent so far.
  std::function<void(std::uint64_t sent)> checkpoint;
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
