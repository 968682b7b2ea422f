#include "cron/settle.h"

#include <vector>

namespace claimcheck::cron {
namespace {

constexpr int batch = 200;

/// What tidying would come to now.
Tidied foresee(TokenStore& tokens, const TokenId& id) {
  Tidied tidied;
  if (const auto token = tokens.find(id)) tidied.given_back = token->uses - tidy(*token, tokens.now(), tidied.dead).uses;
  return tidied;
}

}  // namespace

SettleReport settle(TokenStore& tokens, TokenSweep& sweep, DeliveryLog& log, const Pause& pause, Mode mode) {
  SettleReport report;
  Enforcement enforcement{tokens, pause};
  std::optional<TokenId> last;
  for (;;) {
    const std::vector<TokenId> due = sweep.unsettled(tokens.now(), last, batch);
    if (due.empty()) return report;
    last = due.back();
    std::vector<DeliveryRecord> records;
    for (const TokenId& id : due) {
      const Tidied tidied = mode == Mode::real ? enforcement.tidy(id) : foresee(tokens, id);
      for (const DeadDelivery& dead : tidied.dead)
        records.push_back(record_of(id, dead.claim, dead.delivery, dead.delivery.sent, Outcome::interrupted, tokens.now()));
      report.given_back += tidied.given_back;
    }
    if (mode == Mode::real) log.append(records);
    report.interrupted += static_cast<std::int64_t>(records.size());
  }
}

}  // namespace claimcheck::cron
