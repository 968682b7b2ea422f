#include "fcgi/handler.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/enforcement.h"
#include "core/error.h"
#include "fcgi/exchange.h"

namespace claimcheck::fcgi {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// What came of a delivery whose bytes are the web server's to send, or whose front end was gone before the first.
Streamed told(const AdmittedDelivery& admitted, bool written) {
  if (!written) return {.outcome = Outcome::aborted, .sent = 0};
  return {.outcome = Outcome::handed_off, .sent = total_length(admitted.delivery.ranges)};
}

}  // namespace

void Handler::handle(const Variables& variables, const BodyReader& read_body, std::unique_ptr<Connection> connection) {
  Exchange exchange = find_answer(services_, variables, read_body);
  Answer& answer = exchange.answer;
  const std::string head = head_of(answer.reply);
  const bool has_file = !exchange.head_only && answer.reply.file;
  const bool written = connection->write(has_file || exchange.head_only ? head : head + answer.reply.text);
  if (answer.delivery && has_file && written) {
    deliver(std::move(*answer.delivery), std::move(answer.reply), std::move(connection), std::move(exchange.line));
  } else {
    if (answer.delivery) settlement_.settle(*answer.delivery, told(*answer.delivery, written), exchange.line);
    end(std::move(connection), written);
    write_line(services_.log, exchange.line);
  }
  catch_up_if_due();
}

/// Sends until the front end takes no more or the rate says wait; then others carry it on, if there are others.
void Handler::deliver(AdmittedDelivery admitted, Reply reply, std::unique_ptr<Connection> connection, RequestLine line) {
  Pace pace = pace_of(admitted);
  if (!admitted.claim.empty()) services_.checkpoints.begin(admitted.token, progress_of(admitted, 0), admitted.asked);
  auto delivery = std::make_unique<Delivery>(std::move(connection), std::move(reply.file), std::move(admitted), std::move(line),
                                             std::move(reply.pieces), std::move(pace));
  if (pump_ == nullptr) {
    run(delivery->stream, *delivery->connection);
    return conclude(std::move(delivery));
  }
  switch (delivery->stream.advance(SteadyClock::now())) {
    case Stream::Turn::over:
      return conclude(std::move(delivery));
    default:
      return pump_->carry_on(std::move(delivery));
  }
}

Pace Handler::pace_of(const AdmittedDelivery& admitted) {
  Pace pace = pace_;
  pace.admitted = admitted.asked;
  pace.rate = admitted.rate;
  if (admitted.claim.empty()) return pace;
  pace.tell = [this, token = admitted.token, id = admitted.delivery.id](std::uint64_t sent, Asking asking) {
    return services_.checkpoints.tell(token, id, sent, asking, SteadyClock::now(),
                                      [this](const Checkpoint& checkpoint) { write(checkpoint); });
  };
  return pace;
}

/// If that fails the downloads go on; the next one, or their ends, tell the same and more.
void Handler::write(const Checkpoint& checkpoint) {
  std::optional<std::vector<std::string>> ended;
  try {
    ended = Enforcement{services_.tokens, services_.pause}.checkpoint(checkpoint.token, checkpoint.progress);
  } catch (const Error& error) {
    services_.log.write(Level::warning, "checkpoint_failed", {{"token", checkpoint.token.text}, {"message", error.what()}});
  }
  services_.checkpoints.written(checkpoint, ended);
}

void Handler::conclude(std::unique_ptr<Delivery> delivery) {
  const AdmittedDelivery& admitted = delivery->admitted;
  const Streamed streamed = delivery->stream.result();
  if (!admitted.claim.empty()) services_.checkpoints.end(admitted.token, admitted.delivery.id);
  settlement_.settle(admitted, streamed, delivery->line);
  end(std::move(delivery->connection), streamed.outcome == Outcome::complete);
  write_line(services_.log, delivery->line);
  catch_up_if_due();
}

/// @param whole  the answer went out completely; else the connection is cut
void Handler::end(std::unique_ptr<Connection> connection, bool whole) {
  if (!whole) return connection->close();
  if (pump_ == nullptr) return finish(*connection, pace_.stall_timeout);
  connection->send_end();  // what cannot go out yet, and the front end's moment to close, are waited for there
  pump_->see_off(std::move(connection), pace_.stall_timeout);
}

void Handler::catch_up_if_due() {
  if (settlement_.is_behind() || services_.story.due(SteadyClock::now())) catch_up();
}

bool Handler::catch_up() {
  try {
    settlement_.settle_again();
    services_.story.flush();
  } catch (const Error& error) {
    services_.log.write(Level::warning, "log_failed", {{"message", error.what()}});
  }
  return !settlement_.is_behind() && services_.story.empty();
}

}  // namespace claimcheck::fcgi
