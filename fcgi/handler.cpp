#include "fcgi/handler.h"

#include <algorithm>
#include <chrono>
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
  if (has_file && answer.delivery) {
    // If the rate makes the first byte wait, the head does not.
    if (answer.delivery->rate)
      connection->write(head);
    else
      connection->hold(head);
    return deliver(std::move(*answer.delivery), std::move(answer.reply), std::move(connection), std::move(exchange.line));
  }
  bool written = true;
  if (answer.delivery) {
    written = connection->write(head + answer.reply.text);
    const Streamed streamed = told(*answer.delivery, written);
    settlement_.settle(std::move(*answer.delivery), streamed, exchange.line);
  } else {
    connection->hold(exchange.head_only ? head : head + answer.reply.text);
  }
  end(std::move(connection), written);
  write_line(services_.log, exchange.line);
  catch_up_if_due();
}

/// Sends until the front end takes no more or the rate says wait; then others carry it on, if there are others.
void Handler::deliver(AdmittedDelivery admitted, Reply reply, std::unique_ptr<Connection> connection, RequestLine line) {
  Pace pace = pace_;
  pace.admitted = admitted.asked;
  pace.rate = admitted.rate;
  auto delivery = std::make_unique<Delivery>(std::move(connection), std::move(reply.file), std::move(admitted), std::move(line),
                                             std::move(reply.pieces), std::move(pace));
  if (!delivery->admitted.claim.empty()) begin_telling(*delivery);
  if (pump_ == nullptr)
    run(delivery->stream, *delivery->connection);
  else if (delivery->stream.advance(SteadyClock::now()) != Stream::Turn::over) {
    delivery->admitted.stored.reset();  // by the time it is over checkpoints will have changed it
    return pump_->carry_on(std::move(delivery));
  }
  conclude(std::move(delivery));
}

/// From now on the store hears how far a delivery is, while it is this thread's.
void Handler::begin_telling(Delivery& delivery) {
  const AdmittedDelivery& admitted = delivery.admitted;
  services_.checkpoints.begin(admitted.token, progress_of(admitted, 0), admitted.asked);
  delivery.stream.tell_to([this, &admitted](std::uint64_t sent, Asking asking) {
    return services_.checkpoints.tell(admitted.token, admitted.delivery.id, sent, asking, SteadyClock::now(),
                                      [this](const Checkpoint& checkpoint) { write(checkpoint); });
  });
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
  AdmittedDelivery& admitted = delivery->admitted;
  const Streamed streamed = delivery->stream.result();
  if (!admitted.claim.empty()) services_.checkpoints.end(admitted.token, admitted.delivery.id);
  // Who asks again after the end of a download is to find it complete, so that is settled first. Only if all of a file went
  // out within its request it ends at once: who asks for its beginning again finds it under way until it is settled, and
  // waits; and it is so small that the rest of it may be had again also when it is complete.
  const bool complete = streamed.outcome == Outcome::complete;
  const bool in_one_piece = complete && total_length(admitted.delivery.ranges) == admitted.size;
  const bool ends_first = in_one_piece && admitted.stored && pump_ != nullptr;
  if (ends_first) {
    end(std::move(delivery->connection), complete);
    settlement_.settle_soon(std::move(admitted), streamed, delivery->line);
  } else {
    settlement_.settle(std::move(admitted), streamed, delivery->line);
    end(std::move(delivery->connection), complete);
  }
  write_line(services_.log, delivery->line);
  catch_up_if_due();
}

/// @param whole  the answer went out completely; else the connection is cut
void Handler::end(std::unique_ptr<Connection> connection, bool whole) {
  if (!whole) return connection->close();
  if (pump_ == nullptr) return finish(*connection, pace_.stall_timeout);
  const bool sent = connection->send_end().state == Step::State::moved;
  if (sent && !connection->lingers()) return connection->close();
  // What cannot go out yet, and the front end's moment to close, are waited for there.
  pump_->see_off(std::move(connection), pace_.stall_timeout);
}

std::optional<SteadyClock::time_point> Handler::due() const {
  const auto settle = settlement_.due(), tell = services_.story.due();
  return settle && tell ? std::min(*settle, *tell) : settle ? settle : tell;
}

void Handler::catch_up_if_due() {
  const auto now = SteadyClock::now();
  const auto is_due = [&](std::optional<SteadyClock::time_point> at) { return at && *at <= now; };
  if (is_due(settlement_.due())) attempt([&] { settlement_.settle_again(); });
  if (is_due(services_.story.due())) attempt([&] { services_.story.flush(services_.deliveries, now); });
}

void Handler::catch_up() {
  attempt([&] { settlement_.settle_again(); });
  attempt([&] { services_.story.flush(services_.deliveries, SteadyClock::now()); });
}

/// The log has to be written even if something cannot be settled.
void Handler::attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    services_.log.write(Level::warning, "log_failed", {{"message", error.what()}});
  }
}

}  // namespace claimcheck::fcgi
