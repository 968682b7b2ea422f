#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "fcgi/connection.h"
#include "fcgi/delivery.h"
#include "fcgi/pump.h"
#include "fcgi/services.h"
#include "fcgi/settlement.h"
#include "fcgi/streaming.h"
#include "fcgi/variables.h"

namespace claimcheck::fcgi {

/// Answers requests, one after the other: parse, route, look up, open, choose, admit, deliver, settle. Belongs to the thread
/// that its stores belong to.
class Handler {
 public:
  /// @param pace  how streams go on; what differs between them is filled in for each
  /// @param pump  who carries streams on that would have to wait; without one they are waited for
  Handler(Services services, Pace pace, Pump* pump)
      : services_(std::move(services)), pace_(std::move(pace)), pump_(pump), settlement_(services_) {}
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  /// Sends exactly one answer, or cuts the connection; the rest of a file may be left to the pump. Never throws: here is the
  /// one catch of the request line.
  void handle(const Variables& variables, const BodyReader& read_body, std::unique_ptr<Connection> connection);

  /// Settles and ends a delivery that the pump has carried to its end. Never throws.
  void conclude(std::unique_ptr<Delivery> delivery);
  /// Writes a checkpoint that the pump asked for. Never throws.
  void write(const Checkpoint& checkpoint);

  /// Writes all that was not written while somebody waited, or while the store was down. Never throws.
  void catch_up();
  /// The same of what has waited long enough.
  void catch_up_if_due();
  /// When that will have something to do; nothing if there is nothing to be written.
  std::optional<std::chrono::steady_clock::time_point> due() const;

 private:
  void deliver(AdmittedDelivery admitted, Reply reply, std::unique_ptr<Connection> connection, RequestLine line);
  void begin_telling(Delivery& delivery);
  void end(std::unique_ptr<Connection> connection, bool whole);
  void attempt(const std::function<void()>& work);

  Services services_;
  Pace pace_;
  Pump* pump_;
  Settlement settlement_;
};

}  // namespace claimcheck::fcgi
