#include "core/representation.h"

#include <nlohmann/json.hpp>

namespace claimcheck {
namespace {

Json represent(const ActiveDelivery& delivery) {
  return {{"id", delivery.id},
          {"started_at", format_rfc3339(delivery.started)},
          {"first", delivery.ranges.front().first},
          {"length", total_length(delivery.ranges)},
          {"sent", delivery.sent},
          {"grounds", to_string(delivery.grounds)},
          {"last_progress_at", format_rfc3339(delivery.last_progress)},
          {"network", delivery.network}};
}

Json represent(const DeliveryRecord& record) {
  return {{"id", record.id},
          {"claim", record.claim},
          {"started_at", format_rfc3339(record.started)},
          {"ended_at", format_rfc3339(record.ended)},
          {"first", record.range.first},
          {"length", record.range.length},
          {"sent", record.sent},
          {"grounds", to_string(record.grounds)},
          {"outcome", to_string(record.outcome)},
          {"network", record.network},
          {"completed", record.completed}};
}

Json represent(const DownloadCounts& counts) {
  Json told = Json::object();
  for (const DownloadEvent event : download_events) told[to_string(event)] = counts.of(event);
  told["refused"] = counts.refused;
  told["bytes"] = counts.bytes;
  return told;
}

Json represent(const std::map<std::string, DownloadCounts>& counts) {
  Json told = Json::object();
  for (const auto& [name, each] : counts) told[name] = represent(each);
  return told;
}

Json represent(const RefusalRecord& record) {
  return {{"error", record.error},
          {"network", record.network},
          {"first_at", format_rfc3339(record.first)},
          {"last_at", format_rfc3339(record.last)},
          {"times", record.times}};
}

Json represent(const Claim& claim) {
  Json active = Json::array();
  for (const ActiveDelivery& delivery : claim.active) active.push_back(represent(delivery));
  return {{"id", claim.id},
          {"opened_at", format_rfc3339(claim.opened)},
          {"network", claim.network},
          {"size", claim.file.size},
          {"covered", claim.covered.total()},
          {"charged", claim.charged},
          {"completed_at", optional_time(claim.completed)},
          {"active", std::move(active)}};
}

}  // namespace

Json optional_time(const std::optional<Time>& time) {
  return time ? Json(format_rfc3339(*time)) : Json(nullptr);
}

Json represent(const Issued& issued, const Site& site) {
  const Token& token = issued.token;
  return {{"id", token.id.text},
          {"secret", issued.secret.reveal()},
          {"url", link_to(site, issued.secret.reveal())},
          {"filename", token.filename},
          {"size", token.version.size},
          {"policy", token.policy},
          {"max_uses", token.max_uses},
          {"expires_at", format_rfc3339(token.expires_at)}};
}

Json represent(const Token& token, Time now) {
  Json claims = Json::array();
  for (const Claim& claim : token.claims) claims.push_back(represent(claim));
  return {{"id", token.id.text},
          {"state", to_string(state_of(token, now))},
          {"storage", token.storage},
          {"file", token.file},
          {"filename", token.filename},
          {"size", token.version.size},
          {"policy", token.policy},
          {"email", token.email},
          {"max_uses", token.max_uses},
          {"uses", token.uses},
          {"created_at", format_rfc3339(token.created_at)},
          {"expires_at", format_rfc3339(token.expires_at)},
          {"revoked_at", optional_time(token.revoked_at)},
          {"facts", token.facts},
          {"claims", std::move(claims)}};
}

Json represent(std::span<const Token> page, int limit, Time now) {
  Json tokens = Json::array();
  for (const Token& token : page) tokens.push_back(represent(token, now));
  const bool last = std::ssize(page) < limit;
  return {{"tokens", std::move(tokens)}, {"after", last ? Json(nullptr) : Json(page.back().id.text)}};
}

Json represent_story(const Token& token, DeliveryLog& log, Time now) {
  constexpr int most_shown = 200;
  Json story = represent(token, now);
  story["deliveries"] = Json::array();
  for (const DeliveryRecord& record : log.of_token(token.id, most_shown)) story["deliveries"].push_back(represent(record));
  story["refusals"] = Json::array();
  for (const RefusalRecord& record : log.refusals_of_token(token.id, most_shown))
    story["refusals"].push_back(represent(record));
  return story;
}

Json represent(const ApiKey& key) {
  return {{"id", key.id},
          {"name", key.name},
          {"scopes", scope_words(key)},
          {"created_at", format_rfc3339(key.created_at)},
          {"revoked_at", optional_time(key.revoked_at)}};
}

Json represent(const QueuedMessage& message) {
  Json recipients = Json::array();
  for (const QueuedMessage::Recipient& each : message.recipients)
    recipients.push_back({{"email", each.email}, {"mail", each.mail}, {"tokens", each.tokens}});
  return {
      {"id", message.id}, {"attached", message.attached}, {"linked", message.linked}, {"recipients", std::move(recipients)}};
}

const char* state_of(const Mail& mail) {
  return mail.sent_at ? "sent" : mail.failed_at ? "failed" : "waiting";
}

Json represent(const Mail& mail) {
  return {{"id", mail.id},
          {"kind", to_string(mail.kind)},
          {"about", mail.about},
          {"recipient", mail.recipient},
          {"state", state_of(mail)},
          {"created_at", format_rfc3339(mail.created_at)},
          {"next_at", optional_time(mail.next_at)},
          {"tries", mail.tries},
          {"sent_at", optional_time(mail.sent_at)},
          {"failed_at", optional_time(mail.failed_at)},
          {"answer", mail.answer}};
}

Json represent_to_holder(const Token& token, Time now) {
  const bool limited = token.max_uses > 0;
  return {{"filename", token.filename},
          {"size", token.version.size},
          {"state", to_string(state_of(token, now))},
          {"expires_at", format_rfc3339(token.expires_at)},
          {"uses_left", limited ? Json(std::max<std::int64_t>(0, token.max_uses - token.uses)) : Json(nullptr)}};
}

Json represent(const Exported& exported) {
  Json items = Json::array();
  for (const PersonalItem& item : exported.items) {
    Json details = Json::array();
    for (const auto& [name, value] : item.details) details.push_back({{"name", name}, {"value", value}});
    items.push_back(
        {{"group_id", item.group}, {"group_label", item.label}, {"item_id", item.id}, {"data", std::move(details)}});
  }
  return {{"data", std::move(items)}, {"done", exported.done}};
}

Json represent(const Erased& erased) {
  return {{"items_removed", erased.links + erased.mails > 0},
          {"items_retained", !erased.messages.empty()},
          {"messages", erased.messages},
          {"done", erased.done}};
}

Json represent(const Summary& summary) {
  Json days = Json::array();
  for (Time day = summary.period.since; day < summary.period.until; day += std::chrono::days{1}) {
    const auto found = summary.days.find(day);
    Json told{{"day", format_rfc3339(day).substr(0, std::string_view{"2026-11-21"}.size())}};
    told.update(represent(found == summary.days.end() ? DownloadCounts{} : found->second));
    days.push_back(std::move(told));
  }
  const auto ratio = summary.totals.success_ratio();
  return {{"since", format_rfc3339(summary.period.since)},
          {"until", format_rfc3339(summary.period.until)},
          {"downloads", represent(summary.totals)},
          {"success_ratio", ratio ? Json(*ratio) : Json(nullptr)},
          {"today", summary.today},
          {"unique_customers", summary.customers},
          {"platforms", represent(summary.platforms)},
          {"policies", represent(summary.policies)},
          {"refusals", summary.refusals},
          {"days", std::move(days)}};
}

Json represent_verdict(const std::optional<PackageFault>& fault, const std::string& path, std::uint64_t size) {
  if (!fault) return {{"valid", true}, {"data", {{"file_path", path}, {"actual_size", size}}}};
  Json data = Json::object();
  for (const auto& [name, value] : fault->data) {
    if (const auto* text = std::get_if<std::string>(&value))
      data[name] = *text;
    else
      data[name] = std::get<std::int64_t>(value);
  }
  return {{"valid", false}, {"code", fault->code}, {"message", fault->message}, {"data", std::move(data)}};
}

}  // namespace claimcheck
