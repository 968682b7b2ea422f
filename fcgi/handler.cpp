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

/// One request on its way through; what the log line at its end will say.
class Exchange {
 public:
  Exchange(const Services& services, const Pace& pace, Connection& connection)
      : services_(services), pace_(pace), connection_(connection), id_(make_name(12, services.random)) {}

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
    } else if (connection_.write(head)) {
      streamed = send_file(answer);
      whole_ = streamed.outcome == Outcome::complete;
    } else {
      streamed.outcome = Outcome::aborted;
    }
    return streamed;
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
    checkpoints.begin(admitted.token, progress(admitted, 0), admitted.asked);
    const Streamed streamed = stream(connection_, *answer.reply.file, answer.reply.pieces, pace);
    checkpoints.end(admitted.token, delivery);
    return streamed;
  }

  static Progress progress(const AdmittedDelivery& admitted, std::uint64_t sent) {
    return {.claim = admitted.claim, .delivery = admitted.delivery.id, .ranges = admitted.delivery.ranges, .sent = sent};
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

  /// Stores what was sent. If the store is down the delivery is found dead later, by its last checkpoint.
  void settle(const AdmittedDelivery& admitted, const Streamed& streamed) {
    const ActiveDelivery& delivery = admitted.delivery;
    try {
      const bool ours = admitted.claim.empty() || Enforcement{services_.tokens, services_.pause}.settle(
                                                      admitted.token, progress(admitted, streamed.sent));
      const Time now = services_.tokens.now();
      if (ours)  // else whoever ended it has told so
        tell(record_of(admitted.token, admitted.claim, delivery, streamed.sent, streamed.outcome, now));
    } catch (const Error& error) {
      services_.log.write(Level::error, "settle_failed",
                          {{"request", id_}, {"delivery", delivery.id}, {"message", error.what()}});
    }
    for (const DeadDelivery& dead : admitted.dead)
      tell(record_of(admitted.token, dead.claim, dead.delivery, dead.delivery.sent, Outcome::interrupted, delivery.started));
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

  void tell(DeliveryRecord record) { services_.story.add(std::move(record), SteadyClock::now()); }

  void log(int status) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - begun_);
    Json fields{{"request", id_}, {"route", route_}, {"status", status}, {"ms", elapsed.count()}, {"network", network_}};
    if (subject_.token) fields["token"] = subject_.token->text;
    if (!error_.empty()) fields["error"] = error_;
    services_.log.write(Level::info, "request", std::move(fields));
  }

  const Services& services_;
  const Pace& pace_;
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
  Exchange{services_, pace_, connection}.run(variables, read_body);
  if (services_.story.due(SteadyClock::now())) catch_up();
}

bool Handler::catch_up() {
  try {
    services_.story.flush();
  } catch (const Error& error) {
    services_.log.write(Level::warning, "log_failed", {{"message", error.what()}});
  }
  return services_.story.empty();
}

}  // namespace claimcheck::fcgi
