#include "admin/story.h"

#include <fmt/format.h>

#include "admin/table.h"
#include "core/quantity.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

constexpr int most_shown = 200;

std::string bytes_of(const Range& range) {
  return range.length == 0 ? "none" : fmt::format("{}-{}", range.first, range.end() - 1);
}

/// Why a delivery cost a use, or none, in words.
const char* explained(Grounds grounds) {
  switch (grounds) {
    case Grounds::unlimited:
      return "no limit";
    case Grounds::opened:
      return "one use";
    case Grounds::continued:
      return "free: goes on with its claim";
    case Grounds::restarted:
      return "free: begins again, was incomplete";
    case Grounds::repeated:
      return "free: again, soon after the end";
    case Grounds::renewed:
      return "free: the file was replaced before the end";
  }
  return "";
}

std::string claims_of(const Token& token) {
  std::vector<std::vector<std::string>> rows{{"CLAIM", "OPENED", "NETWORK", "HAS", "SENT IN ALL", "COMPLETE"}};
  for (const Claim& claim : token.claims)
    rows.push_back({claim.id, format_rfc3339(claim.opened), claim.network,
                    fmt::format("{} of {}", format_size(claim.covered.total()), format_size(claim.file.size)),
                    format_size(claim.charged), claim.completed ? format_rfc3339(*claim.completed) : "no"});
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

std::string deliveries_of(const Token& token, DeliveryLog& log) {
  std::vector<std::vector<std::string>> rows{{"BEGAN", "CLAIM", "NETWORK", "BYTES", "SENT", "OUTCOME", "COUNTED"}};
  for (const Claim& claim : token.claims)
    for (const ActiveDelivery& delivery : claim.active)
      rows.push_back({format_rfc3339(delivery.started), claim.id, delivery.network,
                      bytes_of({.first = delivery.ranges.front().first, .length = total_length(delivery.ranges)}),
                      format_size(delivery.sent), "under way", explained(delivery.grounds)});
  for (const DeliveryRecord& record : log.of_token(token.id, most_shown))
    rows.push_back({format_rfc3339(record.started), record.claim, record.network, bytes_of(record.range),
                    format_size(record.sent), to_string(record.outcome), explained(record.grounds)});
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

std::string refusals_of(const Token& token, DeliveryLog& log) {
  std::vector<std::vector<std::string>> rows{{"REFUSED", "TIMES", "FROM", "UNTIL", "NETWORK"}};
  for (const RefusalRecord& record : log.refusals_of_token(token.id, most_shown))
    rows.push_back({record.error, fmt::format("{}", record.times), format_rfc3339(record.first), format_rfc3339(record.last),
                    record.network});
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

}  // namespace

std::string story_of(const Token& token, DeliveryLog& log, Time now) {
  const std::string most = token.max_uses == 0 ? "any number of" : fmt::format("{}", token.max_uses);
  std::string story = fmt::format("{} ({}), {}\nused {} of {} times, valid until {}{}\n", token.filename,
                                  format_size(token.version.size), to_string(state_of(token, now)), token.uses, most,
                                  format_rfc3339(token.expires_at), token.email.empty() ? "" : ", for " + token.email);
  for (const auto& [name, value] : token.facts) story += fmt::format("{}: {}\n", name, value);
  return story + claims_of(token) + deliveries_of(token, log) + refusals_of(token, log);
}

}  // namespace claimcheck::admin
