#include "core/renewal_mail.h"

#include <algorithm>
#include <vector>

#include "core/email_address.h"
#include "core/error.h"
#include "core/mail_draft.h"

namespace claimcheck {
namespace {

/// What makes a link that is over as good as it was at first.
Extension as_at_first(const Token& token, const Policy& policy, Time now) {
  Extension extension;
  const Time end = now + policy.ttl, begin = std::max(token.expires_at, now);
  if (end > begin) extension.ttl = end - begin;
  if (token.max_uses > 0 && token.uses >= token.max_uses) extension.uses = std::max<std::int64_t>(1, policy.max_uses);
  return extension;
}

/// The token as it is to be; nothing if that is more than its policy lets a link have.
std::optional<Token> renewed(const Token& token, const Secret& secret, const Extension& extension, const Policy& policy,
                             Time now) {
  try {
    return regenerated(token, secret, extension, policy, now);
  } catch (const Error& error) {
    if (error.code() != Errc::bad_request) throw;
    return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> mail_renewal(const Token& token, const RenewalMeans& means) {
  if (!is_deliverable(token.email)) return "the link was issued to no address that mail can be sent to";
  const Time now = means.issue.tokens.now();
  const auto last = means.mail_log.find(token.id.text, MailKind::renewal);
  if (last && !last->failed_at && now - last->created_at < between_renewals) return "it was renewed less than a day ago";

  const Secret secret = Secret::make(means.issue.random);
  const Policy& policy = means.issue.policies.at(token.policy);
  const Extension extension = as_at_first(token, policy, now);
  const auto next = renewed(token, secret, extension, policy, now);
  if (!next) return "its policy lets no link have more";

  MailDraft draft = link_draft({.token = *next, .secret = secret}, MailKind::renewal);
  draft.occasion = last ? last->id : "";  // the same for everybody who asks at this moment
  Mail mail = make_mail(draft, means.seal, means.issue.random, now);
  mail.next_at = now + mail_in_hand;
  if (means.outbox.add(std::vector{mail}) == 0) return "it is being renewed at this moment";
  regenerate(token.id, secret, extension, means.issue, means.old_secrets);
  mail.next_at = now;
  means.outbox.replace(mail);
  return std::nullopt;
}

}  // namespace claimcheck
