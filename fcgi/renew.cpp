#include "fcgi/renew.h"

#include <nlohmann/json.hpp>

#include "core/admission.h"
#include "core/error.h"
#include "core/renewal_mail.h"
#include "core/representation.h"
#include "fcgi/access.h"
#include "fcgi/download.h"
#include "fcgi/pages/refusal.h"
#include "fcgi/pages/wording.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

/// The operator is told why nothing is sent; whoever asked is not.
void mail_new_link(const Services& services, const Token& token) {
  const IssueMeans means = issue_means(services);
  const auto why_not = mail_renewal(token, {.issue = means,
                                            .old_secrets = services.old_secrets,
                                            .outbox = services.outbox,
                                            .mail_log = services.mail_log,
                                            .seal = *services.seal});
  if (why_not) services.log.write(Level::warning, "not_renewed", {{"token", token.id.text}, {"message", *why_not}});
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
  if (token.revoked_at || !is_renewable(services, token)) throw to_error(over(token, now));
  require_access(services, request, token);
  mail_new_link(services, token);
  return {.reply = renewal_reply(services, request)};
}

}  // namespace claimcheck::fcgi
