#pragma once

#include <vector>

#include "fcgi/answer.h"
#include "fcgi/connection.h"
#include "fcgi/services.h"
#include "fcgi/streaming.h"
#include "fcgi/variables.h"

namespace claimcheck::fcgi {

/// A delivery that is over, but whose end the store could not be told yet.
struct Unsettled {
  AdmittedDelivery admitted;
  Streamed streamed;
};

/// Answers requests, one after the other: parse, route, look up, open, choose, admit, deliver, settle. Belongs to the thread
/// that its stores belong to.
class Handler {
 public:
  /// @param pace  how streams go on; `tell` is filled in for each
  Handler(Services services, Pace pace) : services_(services), pace_(std::move(pace)) {}

  /// Sends exactly one answer, or cuts the connection. Never throws: here is the one catch of the request line.
  void handle(const Variables& variables, const BodyReader& read_body, Connection& connection);

  /// Writes what was not written while somebody waited, or while the store was down. Never throws.
  /// @return false if something is left for another time
  bool catch_up();

 private:
  void settle_again();

  Services services_;
  Pace pace_;
  std::vector<Unsettled> unsettled_;
};

}  // namespace claimcheck::fcgi
