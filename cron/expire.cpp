#include "cron/expire.h"

#include <algorithm>
#include <vector>

#include "core/counting.h"

namespace claimcheck::cron {
namespace {

/// Each batch costs the database a look at all that have ended, to put them into the order of their ids: so few batches.
constexpr int large_batch = 2000;

/// Whether a claim of this token may still be reading the file.
bool being_read(const Token& token, Time now) {
  return std::ranges::any_of(token.claims, [&](const Claim& claim) {
    return std::ranges::any_of(
        claim.active, [&](const ActiveDelivery& delivery) { return now - delivery.last_progress <= counting::dead_after; });
  });
}

/// A download that was begun, but not by a robot that left at once, and that nobody brought to its end.
bool gave_up(const Token& token) {
  const auto begun = [](const Claim& claim) { return claim.charged > 0; };
  const auto completed = [](const Claim& claim) { return claim.completed.has_value(); };
  return !token.revoked_at && std::ranges::any_of(token.claims, begun) && std::ranges::none_of(token.claims, completed);
}

}  // namespace

ExpireReport expire(TokenSweep& sweep, Removals& removals, Notices* notices, const Run& run) {
  ExpireReport report;
  std::optional<TokenId> last;
  while (!run.time_is_up()) {
    std::vector<Token> ended = sweep.ended(run.now, last, large_batch);
    if (ended.empty()) break;
    last = ended.back().id;
    std::erase_if(ended, [&](const Token& token) { return being_read(token, run.now); });
    for (const Token& token : ended)
      if (token.rules.delete_file) removals.add({.storage = token.storage, .file = token.file, .version = token.version});
    if (run.mode == Mode::dry_run) {
      report.tokens += std::ssize(ended);
      continue;
    }
    std::vector<TokenId> ids;
    for (const Token& token : ended) {
      if (notices != nullptr && gave_up(token)) notices->tell_failure(token, "incomplete", token.expires_at, run.now);
      ids.push_back(token.id);
    }
    if (notices != nullptr) report.told += notices->flush();
    report.tokens += sweep.clean(ids, run.now);
    if (notices != nullptr) notices->close(ids);
  }
  return report;
}

}  // namespace claimcheck::cron
