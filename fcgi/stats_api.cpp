#include "fcgi/stats_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/quantity.h"
#include "core/representation.h"
#include "core/statistics.h"
#include "fcgi/api_key.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

int days_of(const std::string& text) {
  const std::int64_t number = parse_number(text).value_or(0);
  if (number < 1 || number > most_days) throw bad_value("days", fmt::format("days must be a number from 1 to {}.", most_days));
  return static_cast<int>(number);
}

}  // namespace

Answer show_statistics(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::read);
  int days = usual_days;
  for (const auto& [name, value] : request.query) {
    if (name != "days") throw bad_value(name, "There is no such parameter.");
    days = days_of(value);
  }
  const Time now = services.tokens.now();
  return {.reply = json_reply(200, represent(summarise(services.statistics, last_days(days, now), now)).dump()),
          .delivery = {}};
}

}  // namespace claimcheck::fcgi
