#pragma once

#include <memory>
#include <string>

#include "core/storage.h"
#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// Finds the token of a secret as it was presented. Throws Error{invalid_token}, Error{token_revoked} for a secret that was
/// replaced, Error{rate_limited}.
/// @param subject  is told of the token, and of the way to a new link
Token find_link(const Services& services, const std::string& presented, Subject& subject);

/// A token that opens its file for a client at this moment.
struct Usable {
  Token token;
  std::unique_ptr<OpenFile> file;
};

/// Finds the token of a secret as it was presented, and its file. Throws Error: whatever keeps this client from it.
Usable usable(const Services& services, const Request& request, const std::string& presented, Subject& subject);

/// Opens or finds a claim that no bytes were asked of yet. @return its address, where the download begins at once
std::string open_claim_address(const Services& services, const Request& request, const std::string& secret, const Token& token,
                               const FileVersion& version);

/// A URL that serves a file without us.
struct DirectUrl {
  std::string url;  ///< signed: a secret
  Time expires_at;
};

/// A download that leaves our hands.
struct DirectDownload {
  DirectUrl url;
  AdmittedDelivery delivery;  ///< of the whole file, handed off
};

/// Lets a download of the whole file in and gives its URL; only if may_redirect(). Throws Error: whatever refuses it.
DirectDownload hand_out(const Services& services, const Request& request, const Token& token, const FileVersion& version);

/// GET, HEAD SECRET: the file, its landing page, or (Accept: application/json) the token's public state.
/// POST SECRET: the landing page's button; opens or finds a claim and answers 303 to the claim's address.
Answer open_link(const Services& services, const Request& request, Subject& subject);

/// GET, HEAD SECRET/CLAIM/NAME: the file, by that claim.
Answer open_claim(const Services& services, const Request& request, Subject& subject);

}  // namespace claimcheck::fcgi
