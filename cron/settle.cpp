#include "cron/settle.h"

#include <vector>

#include "core/due.h"

namespace claimcheck::cron {
namespace {

/// What tidying would come to now.
Tidied foresee(TokenStore& tokens, const TokenId& id, Time now) {
  Tidied tidied;
  if (const auto token = tokens.find(id)) tidied.given_back = token->uses - tidy(*token, now, tidied.dead).uses;
  return tidied;
}

/// Queues what there is to tell of a token, then notes that it is told: who dies in between tells it again, and the outbox
/// passes over it.
std::int64_t tell_completions(TokenStore& tokens, Enforcement& enforcement, Notices* notices, const TokenId& id,
                              const Run& run) {
  const auto token = tokens.find(id);
  const std::vector<Claim> completed = token ? untold(*token) : std::vector<Claim>{};
  if (completed.empty()) return 0;
  std::int64_t queued = 0;
  if (run.mode == Mode::dry_run) return notices == nullptr ? 0 : std::ssize(completed);
  std::vector<std::string> ids;
  for (const Claim& claim : completed) {
    if (notices != nullptr) notices->tell_completion(*token, claim, run.now);
    ids.push_back(claim.id);
  }
  if (notices != nullptr) queued = notices->flush();
  enforcement.note_told(id, ids);
  return queued;
}

}  // namespace

SettleReport settle(TokenStore& tokens, TokenSweep& sweep, DeliveryLog& log, Notices* notices, const Pause& pause,
                    const Run& run) {
  SettleReport report;
  Enforcement enforcement{tokens, pause};
  std::optional<TokenId> last;
  while (!run.time_is_up()) {
    const std::vector<TokenId> due = sweep.unsettled(run.now, last, batch);
    if (due.empty()) break;
    last = due.back();
    std::vector<DeliveryRecord> records;
    for (const TokenId& id : due) {
      const Tidied tidied = run.mode == Mode::real ? enforcement.tidy(id) : foresee(tokens, id, run.now);
      for (const DeadDelivery& dead : tidied.dead) records.push_back(record_of(id, dead, run.now));
      report.given_back += tidied.given_back;
    }
    if (run.mode == Mode::real) log.append(records);
    report.interrupted += std::ssize(records);
    for (const TokenId& id : due) report.receipts += tell_completions(tokens, enforcement, notices, id, run);
  }
  return report;
}

}  // namespace claimcheck::cron
