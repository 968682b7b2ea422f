#include "fcgi/exchange.h"

#include <chrono>
#include <exception>

#include "core/error.h"
#include "fcgi/access.h"
#include "fcgi/cross_origin.h"
#include "fcgi/error_reply.h"
#include "fcgi/error_table.h"
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

/// Notes a refusal for the token's owner, unless the database has gone since and its clock was never read on this thread.
void tally(const Services& services, const TokenId& token, const RequestLine& line) {
  try {
    const Time now = services.tokens.now();
    services.story.add({.token = token, .error = std::string{line.error}, .network = line.network, .first = now, .last = now},
                       SteadyClock::now());
  } catch (const Error& error) {
    services.log.write(Level::warning, "refusal_not_tallied", {{"request", line.id}, {"message", error.what()}});
  }
}

/// Notes a refusal where the operator finds it.
void note(const Services& services, const Error& error, RequestLine& line) {
  line.error = row_of(error.code()).name;
  // What only the operator can mend: he is told more than the visitor.
  if (error.code() == Errc::unavailable || error.code() == Errc::internal || error.code() == Errc::file_changed)
    services.log.write(Level::error, "fault", {{"request", line.id}, {"error", line.error}, {"message", error.what()}});
  if (error.code() == Errc::unavailable) services.meters.count_database_error();
  if (!line.token && is_refusal(error.code())) services.meters.count_refusal(error.code());
  if (line.token && is_refusal(error.code())) tally(services, *line.token, line);
}

Answer answer_to(const Services& services, const Variables& variables, const BodyReader& read_body, Exchange& exchange) {
  RequestLine& line = exchange.line;
  Format format = format_for(variables("HTTP_ACCEPT").value_or(""));
  Subject subject;
  Request request;
  request.language = preferred_language(variables("HTTP_ACCEPT_LANGUAGE").value_or(""), services.site.language);
  const auto refuse = [&](const Error& error) {
    line.token = subject.token;
    const Error counted = counted_guess(services, request, error);
    note(services, counted, line);
    Answer answer{.reply = error_reply(counted, request.surface, format, services.site,
                                       {.language = request.language, .renew_url = subject.renew_url}),
                  .delivery = {}};
    let_pages_read(services.purchase, request, answer.reply);
    return answer;
  };
  try {
    request = parse_request(variables, read_body, services.site, services.ip_log);
    format = answer_format(request);
    exchange.head_only = request.method == Method::head;
    line.network = request.network;
    const Route& route = route_of(request);
    line.route = route.name;
    if (request.method == Method::options) {
      Reply options = options_reply(route);
      let_pages_read(services.purchase, request, options);
      return {.reply = std::move(options), .delivery = {}};
    }
    require_method(route, request);
    Answer answer = route.answer(services, request, subject);
    line.token = subject.token;
    let_pages_read(services.purchase, request, answer.reply);
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
