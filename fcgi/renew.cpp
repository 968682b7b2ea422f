#include "fcgi/renew.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/email_address.h"
#include "core/error.h"
#include "core/mail_draft.h"
#include "core/renewal.h"
#include "core/representation.h"
#include "fcgi/access.h"
#include "fcgi/download.h"
#include "fcgi/pages/refusal.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::chrono::hours between_renewals{24};

/// Why a link is over.
Error reason(const Token& token, Time now) {
  if (token.revoked_at) return Error{Errc::token_revoked, {}, {{"revoked_at", format_rfc3339(*token.revoked_at)}}};
  if (now >= token.expires_at) return Error{Errc::token_expired, {}, {{"expired_at", format_rfc3339(token.expires_at)}}};
  return Error{Errc::usage_limit_exceeded, {}, {{"max_uses", token.max_uses}, {"uses", token.uses}}};
}

/// What makes a link that is over as good as it was at first.
Extension as_at_first(const Token& token, const Policy& policy, Time now) {
  Extension extension;
  const Time end = now + policy.ttl, begin = std::max(token.expires_at, now);
  if (end > begin) extension.ttl = end - begin;
  if (token.max_uses > 0 && token.uses >= token.max_uses) extension.uses = std::max<std::int64_t>(1, policy.max_uses);
  return extension;
}

bool was_renewed_lately(const Services& services, const Token& token, Time now) {
  const auto last = services.mail_log.find(token.id.text, MailKind::renewal);
  return last && now - last->created_at < between_renewals;
}

/// The operator is told why nothing is sent; whoever asked is not.
void mail_new_link(const Services& services, const Token& token, Time now) {
  const auto not_sent = [&](const std::string& reason) {
    services.log.write(Level::warning, "not_renewed", {{"token", token.id.text}, {"message", reason}});
  };
  if (!is_deliverable(token.email)) return not_sent("the link was issued to no address that mail can be sent to");
  if (was_renewed_lately(services, token, now)) return not_sent("it was renewed less than a day ago");
  try {
    const Issued issued = regenerate(token.id, as_at_first(token, services.policies.at(token.policy), now),
                                     issue_means(services), services.old_secrets);
    services.outbox.add(std::vector{make_mail(link_draft(issued, MailKind::renewal), *services.seal, services.random, now)});
  } catch (const Error& error) {
    if (error.code() != Errc::bad_request) throw;
    not_sent(error.what());  // more than the policy lets a link have
  }
}

Reply renewal_reply(const Services& services, const Request& request) {
  if (request.format == Format::html) return renewed_page(services.site, request.language);
  if (request.format == Format::json) return json_reply(202, Json{{"renewal", "requested"}}.dump());
  return text_reply(202, std::string{wording(Language::english).renewed_message} + "\n");
}

}  // namespace

bool is_renewable(const Services& services, const Token& token) {
  const auto policy = services.policies.find(token.policy);
  return policy != services.policies.end() && policy->second.renew && services.seal != nullptr;
}

Answer renew_link(const Services& services, const Request& request, Subject& subject) {
  const Token token = find_link(services, request.path[0], subject);
  const Time now = services.tokens.now();
  if (state_of(token, now) == TokenState::active) {
    Reply back;
    back.status = 303;
    add_common_headers(back);
    back.set("Location", link_to(services.site, request.path[0]));
    return {.reply = std::move(back)};
  }
  if (token.revoked_at || !is_renewable(services, token)) throw reason(token, now);
  require_access(services, request, token);
  mail_new_link(services, token, now);
  return {.reply = renewal_reply(services, request)};
}

}  // namespace claimcheck::fcgi
