#include "fcgi/exchange.h"

#include <chrono>
#include <exception>

#include "core/error.h"
#include "fcgi/pages.h"
#include "fcgi/routes.h"

namespace claimcheck::fcgi {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Whether the answer tells a holder that this link does not give the file.
bool is_refusal(Errc code) {
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

Reply options_reply(const Route& route) {
  Reply reply;
  reply.status = 204;
  add_common_headers(reply);
  reply.set("Allow", std::string{route.methods} + ", OPTIONS");
  return reply;
}

Reply refused(const Services& services, const Error& error, Format format, RequestLine& line) {
  line.error = row_of(error.code()).name;
  if (error.code() == Errc::unavailable || error.code() == Errc::internal)
    services.log.write(Level::error, "fault", {{"request", line.id}, {"error", line.error}, {"message", error.what()}});
  if (line.token && is_refusal(error.code())) {
    const Time now = services.tokens.now();
    services.story.add(
        {.token = *line.token, .error = std::string{line.error}, .network = line.network, .first = now, .last = now},
        SteadyClock::now());
  }
  return error_reply(error, Surface::native, format, services.site);
}

Answer answer_to(const Services& services, const Variables& variables, const BodyReader& read_body, Exchange& exchange) {
  RequestLine& line = exchange.line;
  Format format = format_for(variables("HTTP_ACCEPT").value_or(""));
  Subject subject;
  const auto refuse = [&](const Error& error) {
    line.token = subject.token;
    return Answer{.reply = refused(services, error, format, line), .delivery = {}};
  };
  try {
    const Request request = parse_request(variables, read_body, services.site, services.ip_log);
    format = answer_format(request);
    exchange.head_only = request.method == Method::head;
    line.network = request.network;
    const Route& route = route_of(request);
    line.route = route.name;
    if (request.method == Method::options) return {.reply = options_reply(route), .delivery = {}};
    require_method(route, request);
    Answer answer = route.answer(services, request, subject);
    line.token = subject.token;
    return answer;
  } catch (const Error& error) {
    return refuse(error);
  } catch (const std::exception& fault) {
    return refuse(Error{Errc::internal, fault.what()});
  }
}

}  // namespace

Exchange find_answer(const Services& services, const Variables& variables, const BodyReader& read_body) {
  constexpr std::size_t id_length = 12;
  Exchange exchange;
  exchange.line = {.id = make_name(id_length, services.random), .begun = SteadyClock::now(), .token = {}};
  exchange.answer = answer_to(services, variables, read_body, exchange);
  exchange.line.status = exchange.answer.reply.status;
  return exchange;
}

}  // namespace claimcheck::fcgi
