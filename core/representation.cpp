#include "core/representation.h"

#include <nlohmann/json.hpp>

#include "core/admission.h"

namespace claimcheck {
namespace {

Json optional_time(const std::optional<Time>& time) {
  return time ? Json(format_rfc3339(*time)) : Json(nullptr);
}

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
          {"network", record.network}};
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

const char* state_of(const Token& token, Time now) {
  if (token.revoked_at) return "revoked";
  if (now >= token.expires_at) return "expired";
  if (token.max_uses > 0 && token.uses >= token.max_uses) return "used_up";
  return "active";
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
          {"state", state_of(token, now)},
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
  Json scopes = Json::array();
  for (const Scope scope : key.scopes) scopes.push_back(to_string(scope));
  return {{"id", key.id},
          {"name", key.name},
          {"scopes", std::move(scopes)},
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
          {"state", state_of(token, now)},
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

}  // namespace claimcheck
