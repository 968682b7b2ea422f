#include "cron/notices.h"

#include <utility>

namespace claimcheck::cron {

void Notices::warn(const Token& token, Time now) {
  MailContent content{.language = language_of(token), .links = {mailed_link(token, "")}};
  auto told = log_.find(token.id.text, MailKind::renewal);
  if (!told) told = log_.find(token.id.text, MailKind::link);
  const auto kept = told ? open_content(*told, seal_) : std::nullopt;
  const std::string secret = kept && !kept->links.empty() ? kept->links.front().secret : "";
  const bool replaced = !secret.empty() && Digest::of(secret) != token.digest;
  if (!replaced) {
    content.links.front().secret = secret;
    if (told) content.told_at = told->sent_at;
  }
  add({.kind = MailKind::warning,
       .about = token.id.text,
       .occasion = std::to_string(to_unix(token.expires_at)),
       .recipient = token.email,
       .content = std::move(content)},
      now);
}

void Notices::tell_completion(const Token& token, const Claim& claim, Time now) {
  const bool to_customer = token.rules.notify == Notify::customer;
  const std::string& recipient = to_customer ? token.email : support_;
  add({.kind = MailKind::receipt,
       .about = token.id.text,
       .occasion = claim.id,
       .recipient = recipient,
       .content = {.language = to_customer ? language_of(token) : "",
                   .links = {mailed_link(token, "")},
                   .customer = to_customer ? "" : token.email,
                   .at = claim.completed}},
      now);
}

void Notices::tell_failure(const Token& token, const std::string& error, Time at, Time now) {
  add({.kind = MailKind::failure,
       .about = token.id.text,
       .occasion = error,
       .recipient = support_,
       .content = {.links = {mailed_link(token, "")}, .customer = token.email, .error = error, .at = at}},
      now);
}

void Notices::close(std::span<const TokenId> tokens) {
  std::vector<std::string> ids;
  for (const TokenId& id : tokens) ids.push_back(id.text);
  log_.empty(ids);
}

void Notices::add(const MailDraft& draft, Time now) {
  if (!draft.recipient.empty()) written_.push_back(make_mail(draft, seal_, random_, now));
}

std::int64_t Notices::flush() {
  const std::int64_t added = outbox_.add(written_);
  written_.clear();
  return added;
}

}  // namespace claimcheck::cron
