#include "fcgi/handler.h"

#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>

#include "core/enforcement.h"
#include "core/error.h"
#include "fcgi/pages.h"
#include "fcgi/routes.h"

namespace claimcheck::fcgi {
namespace {

using Json = nlohmann::ordered_json;
using SteadyClock = std::chrono::steady_clock;

/// So many ends are remembered while the store is down; a delivery beyond them is found dead by its last checkpoint.
constexpr std::size_t most_unsettled = 1000;

Progress progress_of(const AdmittedDelivery& admitted, std::uint64_t sent) {
  return {.claim = admitted.claim, .delivery = admitted.delivery.id, .ranges = admitted.delivery.ranges, .sent = sent};
}

/// Stores what a delivery has sent, and tells its outcome unless somebody else has ended it and told so. Throws
/// Error{unavailable}.
void settle(const Services& services, const AdmittedDelivery& admitted, const Streamed& streamed) {
  const Progress progress = progress_of(admitted, streamed.sent);
  Enforcement enforcement{services.tokens, services.pause};
  if (admitted.means == Means::stream) {
    const bool ours = admitted.claim.empty() || enforcement.settle(admitted.token, progress);
    if (!ours) return;
  } else if (streamed.outcome != Outcome::handed_off && !admitted.claim.empty()) {
    enforcement.correct(admitted.token, progress);  // the web server never heard of it
  }
  services.story.add(
      record_of(admitted.token, admitted.claim, admitted.delivery, streamed.sent, streamed.outcome, services.tokens.now()),
      SteadyClock::now());
}

/// One request on its way through; what the log line at its end will say.
class Exchange {
 public:
  Exchange(const Services& services, const Pace& pace, std::vector<Unsettled>& unsettled, Connection& connection)
      : services_(services), pace_(pace), unsettled_(unsettled), connection_(connection), id_(make_name(12, services.random)) {}

  void run(const Variables& variables, const BodyReader& read_body) {
    Answer answer = find_answer(variables, read_body);
    const Streamed streamed = send(answer);
    if (answer.delivery) settle(*answer.delivery, streamed);
    whole_ ? connection_.finish() : connection_.cut();
    log(answer.reply.status);
  }

 private:
  Answer find_answer(const Variables& variables, const BodyReader& read_body) {
    Format format = format_for(variables("HTTP_ACCEPT").value_or(""));
    try {
      const Request request = parse_request(variables, read_body, services_.site);
      format = answer_format(request);
      head_ = request.method == Method::head;
      network_ = request.network;
      const Route& route = route_of(request);
      route_ = route.name;
      if (request.method == Method::options) return {.reply = options_reply(route)};
      require_method(route, request);
      return route.answer(services_, request, subject_);
    } catch (const Error& error) {
      return {.reply = refused(error, format)};
    } catch (const std::exception& fault) {
      return {.reply = refused(Error{Errc::internal, fault.what()}, format)};
    }
  }

  Reply refused(const Error& error, Format format) {
    error_ = row_of(error.code()).name;
    if (error.code() == Errc::unavailable || error.code() == Errc::internal)
      services_.log.write(Level::error, "fault", {{"request", id_}, {"error", error_}, {"message", error.what()}});
    if (subject_.token && is_refusal(error.code())) tell_of_refusal(*subject_.token);
    return error_reply(error, Surface::native, format, services_.site);
  }

  /// Whether the answer tells a holder that this link does not give the file.
  static bool is_refusal(Errc code) {
    switch (code) {
      case Errc::bad_request:
      case Errc::precondition_failed:
      case Errc::range_not_satisfiable:
      case Errc::unavailable:
      case Errc::internal:
        return false;
      default:
        return true;
    }
  }

  void tell_of_refusal(const TokenId& token) {
    const Time now = services_.tokens.now();
    services_.story.add({.token = token, .error = std::string{error_}, .network = network_, .first = now, .last = now},
                        SteadyClock::now());
  }

  static Reply options_reply(const Route& route) {
    Reply reply;
    reply.status = 204;
    add_common_headers(reply);
    reply.set("Allow", std::string{route.methods} + ", OPTIONS");
    return reply;
  }

  Streamed send(Answer& answer) {
    Reply& reply = answer.reply;
    const std::string head = head_of(reply);
    Streamed streamed;
    if (head_ || !reply.file) {
      whole_ = connection_.write(head_ ? head : head + reply.text);
      if (answer.delivery) streamed = handed_off(*answer.delivery);
    } else if (connection_.write(head)) {
      streamed = send_file(answer);
      whole_ = streamed.outcome == Outcome::complete;
    } else {
      streamed.outcome = Outcome::aborted;
    }
    return streamed;
  }

  /// The web server has been told to send it, or it is gone.
  Streamed handed_off(const AdmittedDelivery& admitted) const {
    if (!whole_) return {.outcome = Outcome::aborted, .sent = 0};
    return {.outcome = Outcome::handed_off, .sent = total_length(admitted.delivery.ranges)};
  }

  Streamed send_file(Answer& answer) {
    if (!answer.delivery || answer.delivery->claim.empty())
      return stream(connection_, *answer.reply.file, answer.reply.pieces, pace_);
    const AdmittedDelivery& admitted = *answer.delivery;
    const std::string& delivery = admitted.delivery.id;
    Checkpoints& checkpoints = services_.checkpoints;
    Pace pace = pace_;
    pace.tell = [&](std::uint64_t sent, Asking asking) {
      const auto write = [&](const TokenId& token, std::span<const Progress> progress) { return store(token, progress); };
      return checkpoints.tell(admitted.token, delivery, sent, asking, SteadyClock::now(), write);
    };
    pace.admitted = admitted.asked;
    checkpoints.begin(admitted.token, progress_of(admitted, 0), admitted.asked);
    const Streamed streamed = stream(connection_, *answer.reply.file, answer.reply.pieces, pace);
    checkpoints.end(admitted.token, delivery);
    return streamed;
  }

  /// Stores a checkpoint. If that fails the downloads go on; the next one, or their ends, tell the same and more.
  std::optional<std::vector<std::string>> store(const TokenId& token, std::span<const Progress> progress) {
    try {
      return Enforcement{services_.tokens, services_.pause}.checkpoint(token, progress);
    } catch (const Error& error) {
      services_.log.write(Level::warning, "checkpoint_failed", {{"request", id_}, {"message", error.what()}});
      return std::nullopt;
    }
  }

  /// Stores what was sent; if the store is down, as soon as it is back.
  void settle(const AdmittedDelivery& admitted, const Streamed& streamed) {
    const ActiveDelivery& delivery = admitted.delivery;
    try {
      fcgi::settle(services_, admitted, streamed);
    } catch (const Error& error) {
      services_.log.write(Level::error, "settle_failed",
                          {{"request", id_}, {"delivery", delivery.id}, {"message", error.what()}});
      if (unsettled_.size() < most_unsettled) unsettled_.push_back({.admitted = admitted, .streamed = streamed});
    }
    for (const DeadDelivery& dead : admitted.dead)
      services_.story.add(
          record_of(admitted.token, dead.claim, dead.delivery, dead.delivery.sent, Outcome::interrupted, delivery.started),
          SteadyClock::now());
    services_.log.write(Level::info, "delivery",
                        {{"request", id_},
                         {"token", admitted.token.text},
                         {"claim", admitted.claim},
                         {"delivery", delivery.id},
                         {"first", delivery.ranges.front().first},
                         {"length", total_length(delivery.ranges)},
                         {"sent", streamed.sent},
                         {"grounds", to_string(delivery.grounds)},
                         {"outcome", to_string(streamed.outcome)},
                         {"network", network_}});
  }

  void log(int status) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - begun_);
    Json fields{{"request", id_}, {"route", route_}, {"status", status}, {"ms", elapsed.count()}, {"network", network_}};
    if (subject_.token) fields["token"] = subject_.token->text;
    if (!error_.empty()) fields["error"] = error_;
    services_.log.write(Level::info, "request", std::move(fields));
  }

  const Services& services_;
  const Pace& pace_;
  std::vector<Unsettled>& unsettled_;
  Connection& connection_;
  std::string id_;
  SteadyClock::time_point begun_ = SteadyClock::now();
  std::string_view route_ = "none";
  std::string_view error_;
  std::string network_;
  Subject subject_;
  bool head_ = false;
  bool whole_ = false;  ///< the answer went out completely
};

}  // namespace

void Handler::handle(const Variables& variables, const BodyReader& read_body, Connection& connection) {
  Exchange{services_, pace_, unsettled_, connection}.run(variables, read_body);
  if (!unsettled_.empty() || services_.story.due(SteadyClock::now())) catch_up();
}

/// The oldest first, until the store is down again.
void Handler::settle_again() {
  while (!unsettled_.empty()) {
    const AdmittedDelivery& admitted = unsettled_.front().admitted;
    try {
      settle(services_, admitted, unsettled_.front().streamed);
      services_.log.write(Level::info, "settled_late", {{"delivery", admitted.delivery.id}});
    } catch (const Error& error) {
      if (error.code() == Errc::unavailable) throw;
      // Trying again would not help: it is found dead by its last checkpoint.
      services_.log.write(Level::error, "settle_failed", {{"delivery", admitted.delivery.id}, {"message", error.what()}});
    }
    unsettled_.erase(unsettled_.begin());
  }
}

bool Handler::catch_up() {
  try {
    settle_again();
    services_.story.flush();
  } catch (const Error& error) {
    services_.log.write(Level::warning, "log_failed", {{"message", error.what()}});
  }
  return unsettled_.empty() && services_.story.empty();
}

}  // namespace claimcheck::fcgi
