#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/check.h"
#include "core/enforcement.h"
#include "core/package.h"
#include "core/policy.h"
#include "core/secret.h"
#include "core/storage.h"
#include "core/token.h"
#include "core/token_store.h"

namespace claimcheck {

/// What somebody asks for when a link is to be made. Absent values come from the policy.
struct IssueRequest {
  std::string storage;
  std::string file;                     ///< path beneath the storage's root
  std::optional<std::string> filename;  ///< what the holder's copy is called; the file's own name if absent
  std::string email;
  std::optional<std::int64_t> max_uses;
  std::optional<seconds> ttl;
  std::optional<bool> decrypt = {};  ///< see Rules::decrypt
  std::map<std::string, std::string> facts = {};
  std::string address = {};  ///< of the holder, if it is known: what the policy's bind_ip binds the link to
};

/// A new token, and its secret for the one time it is shown.
struct Issued {
  Token token;
  Secret secret;
};

/// What links are made with. Refers to parts that have to live as long as it does.
struct IssueMeans {
  const Policies& policies;
  const Storages& storages;
  TokenStore& tokens;
  const Checks& checks;
  const Random& random;
  const Pause& pause;
  InspectPackage inspect = {};  ///< for policies that ask what a file is; without it their links cannot be made
};

/// What makes a request repeatable: who repeats it gets the token that was made the first time.
struct Repeatable {
  std::string caller;  ///< a secret of the caller's, such as the text of an API key
  std::string name;    ///< by which the caller knows the request: an Idempotency-Key
  std::string body;    ///< what was asked; the same name with another body is refused
};

/// Checks a request's own values, before any file is looked for.
/// Throws Error{bad_request} with `details.field` naming the first value that cannot be.
void check(const IssueRequest& request);

/// The random bytes that a token is made of.
struct TokenRandom {
  const Random& secret;
  const Random& id;
};

/// Makes a token for a checked request.
/// @param file  as it is now
Issued make_token(const IssueRequest& request, const Policy& policy, const OpenFile& file, Time now, const TokenRandom& random);

/// Issues a link: checks the request, finds policy, storage and file, asks the policy's checks, judges the file if the policy
/// says so (`validate`), makes the token and keeps it.
/// An empty `request.storage` means the only storage there is. A file that the cron is removing at this moment is either kept
/// for the new token or not found.
/// Throws Error{bad_request} (with `details.field`), Error{file_not_found}, Error{unavailable}, and what checks refuse with.
Issued issue(IssueRequest request, const std::string& policy, const IssueMeans& means);

/// The same by the policy of that name, or, if the configuration has none, by the policy "default" for one download within
/// `ttl`, decrypted unless `request` says otherwise.
Issued issue_by(const std::string& policy, IssueRequest request, seconds ttl, const IssueMeans& means);

/// The secret of the token that such a request makes, each time.
Secret repeated_secret(const Repeatable& repeatable);

/// The same for a request that may have been made before, also at the same time: secret and id of the token follow from
/// `repeatable`, so that nothing has to be remembered of the secret. As long as the token has that secret it is returned as it
/// is now, if its checks still hold. Throws Error{bad_request} with `details.field` = "Idempotency-Key" if something else was
/// asked under that name, or if the link was regenerated since.
Issued issue_once(const IssueRequest& request, const std::string& policy, const IssueMeans& means, OldSecrets& old_secrets,
                  const Repeatable& repeatable);

/// Whether a storage has a token's file, also if it is set aside for a moment; see Storage::remove().
bool is_there(const Storage& storage, const Token& token, const Pause& pause);

}  // namespace claimcheck
