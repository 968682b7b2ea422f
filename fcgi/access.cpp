#include "fcgi/access.h"

#include <algorithm>
#include <chrono>

#include "core/binding.h"
#include "core/check.h"
#include "core/enforcement.h"
#include "core/error.h"
#include "fcgi/routes.h"

namespace claimcheck::fcgi {
namespace {

using SteadyClock = std::chrono::steady_clock;

bool is_allowed(const Whereabouts& where, const std::vector<std::string>& countries, const CountrySettings& rules) {
  switch (where.kind) {
    case Whereabouts::Kind::country:
      return std::ranges::find(countries, where.country) != countries.end();
    case Whereabouts::Kind::no_country:
      return rules.allow_without_country;
    case Whereabouts::Kind::unknown:
      return rules.allow_unknown;
  }
  return false;
}

void require_country(const Services& services, const Request& request, const Token& token) {
  if (token.rules.countries.empty()) return;
  if (services.countries == nullptr)
    throw Error{Errc::unavailable, "the token names countries, but the configuration has no [countries] database"};
  if (!is_allowed(services.countries->find(request.client), token.rules.countries, services.country_rules))
    throw Error{Errc::country_not_allowed};
}

/// Whether only who does not know what he asks for is answered so: with a link that leads nowhere, or, at a shop's address that
/// anybody may ask, with a payment that is none.
bool is_guess(const Request& request, Errc code) {
  if (code == Errc::payment_required) return request.surface == Surface::purchase;
  return code == Errc::invalid_token && !is_api(request);
}

void require_address(const Request& request, const Token& token) {
  if (!may_be_used_from(token, request.client)) throw Error{Errc::address_not_allowed};
}

}  // namespace

void require_pace(const Services& services, const Token& token) {
  const std::int64_t most = token.rules.requests_per_minute;
  if (most > 0 && !services.allowances.take("token " + token.id.text, most, SteadyClock::now()))
    throw Error{Errc::rate_limited};
}

void require_access(const Services& services, const Request& request, const Token& token) {
  require_address(request, token);
  require_country(services, request, token);
  require_checks(services.checks, token);
}

Token bound(const Services& services, const Request& request, Token token) {
  if (token.rules.bind_ip == BindIp::off || !token.bound_to.empty()) return token;
  auto stored =
      Enforcement{services.tokens, services.pause}.bind(token.id, binding_of(token.id, request.client, token.rules.bind_ip));
  if (!stored) throw Error{Errc::invalid_token, "the token is gone"};
  require_address(request, *stored);
  return std::move(*stored);
}

Error counted_guess(const Services& services, const Request& request, const Error& error) {
  const bool is_key = error.code() == Errc::unauthorized;
  if (!is_key && !is_guess(request, error.code())) return error;
  const std::int64_t most = is_key ? services.limits.failed_keys_per_minute : services.limits.guesses_per_minute;
  const std::string name = (is_key ? "key " : "guess ") + request.client_network;
  if (services.allowances.take(name, most, SteadyClock::now())) {
    services.log.write(Level::warning, is_key ? "invalid_key" : "invalid_token", {{"network", request.network}});
    return error;
  }
  return Error{Errc::rate_limited};
}

}  // namespace claimcheck::fcgi
