#pragma once

#include <cstdint>
#include <optional>

#include "core/issue.h"

namespace claimcheck {

/// What a token is to be given besides what it has.
struct Extension {
  std::optional<seconds> ttl;        ///< from its expiry, or from now if that is over
  std::optional<std::int64_t> uses;  ///< more downloads

  bool is_empty() const { return !ttl && !uses; }
};

/// The token with more time or more uses; what it has is never taken away. One that was cleaned and lives again is not clean.
/// Throws Error{bad_request} with `details.field` for what cannot be added, or is more than `policy` lets a link have;
/// Error{token_revoked}.
Token extended(const Token& token, const Extension& extension, const Policy& policy, Time now);

/// Gives a token more time or more uses. If the store's answer is lost it may be given them twice, but never not at all.
/// @return the token as it is stored
/// Throws what extended() throws; Error{invalid_token} if there is none of that id; Error{file_not_found}, Error{file_changed}
/// if the link would lead to nothing; Error{unavailable}.
Token extend(const TokenId& id, const Extension& extension, const IssueMeans& means);

/// The token without its revocation, and not clean. Throws Error{bad_request} if it was not revoked.
Token restored(const Token& token);

/// Takes a token's revocation back; all else is as it was, so one that has expired meanwhile stays expired.
/// @return the token as it is stored
/// Throws what restored() throws; Error{invalid_token}, Error{file_not_found}, Error{file_changed} and Error{unavailable} like
/// extend().
Token restore(const TokenId& id, const IssueMeans& means);

/// The token with another secret, and more time or uses if `extension` says so; what was used stays used.
/// Throws what extended() throws, and Error{token_expired} if it has expired and gets no time.
Token regenerated(const Token& token, const Secret& secret, const Extension& extension, const Policy& policy, Time now);

/// Gives a token another secret, and more if `extension` says so. Its old link answers that it was withdrawn.
/// @param secret  a new one; if the answer of the store is lost, the token may have it all the same
/// Throws what regenerated() throws, and Error{invalid_token}, Error{file_not_found}, Error{file_changed} and
/// Error{unavailable} like extend().
Issued regenerate(const TokenId& id, const Secret& secret, const Extension& extension, const IssueMeans& means,
                  OldSecrets& old_secrets);

}  // namespace claimcheck
