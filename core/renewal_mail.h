#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/outbox.h"
#include "core/renewal.h"
#include "core/seal.h"

namespace claimcheck {

/// The holder of a link that is over gets another by mail so often at most.
inline constexpr std::chrono::hours between_renewals{24};

/// What renewals are mailed with. Refers to parts that have to live as long as it does.
struct RenewalMeans {
  const IssueMeans& issue;
  OldSecrets& old_secrets;
  Outbox& outbox;
  MailLog& mail_log;
  const Seal& seal;
};

/// Mails another link, which works like the old one did at first, to the address that a token was issued to. Of several calls
/// at the same time one does it. The mail is there before the new link is, and waits until it is: whatever fails between, the
/// holder still has the old link to ask with, or gets the new one a quarter of an hour later.
/// @param token  one that is over, by a policy that there is
/// @return why no mail is sent, for the operator; nothing if one is
/// Throws what regenerate() throws, Error{token_expired} and Error{bad_request} excepted.
std::optional<std::string> mail_renewal(const Token& token, const RenewalMeans& means);

}  // namespace claimcheck
