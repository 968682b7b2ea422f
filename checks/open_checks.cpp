#include "checks/open_checks.h"

#include <stdexcept>

#include "checks/hook_check.h"
#include "checks/sql_check.h"
#include "checks/stripe_check.h"

namespace claimcheck::checks {
namespace {

std::unique_ptr<Check> open_check(const CheckSettings& settings, const OpenQuestion& open_question, const Clocks& clocks) {
  switch (settings.kind) {
    case CheckSettings::Kind::sql:
      return make_sql_check(settings, open_question(settings));
    case CheckSettings::Kind::stripe:
      return make_stripe_check(settings, open_web_client(settings, net::system_resolver()), clocks.steady);
    case CheckSettings::Kind::hook:
      return make_hook_check(settings, open_web_client(settings, net::system_resolver()), clocks);
  }
  throw std::logic_error("no such kind of check");
}

}  // namespace

Checks open_checks(const std::map<std::string, CheckSettings>& settings, const OpenQuestion& open_question,
                   const Clocks& clocks) {
  Checks checks;
  for (const auto& [name, each] : settings) checks[name] = open_check(each, open_question, clocks);
  return checks;
}

}  // namespace claimcheck::checks
