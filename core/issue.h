#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/enforcement.h"
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
  std::map<std::string, std::string> facts;
};

/// A new token, and its secret for the one time it is shown.
struct Issued {
  Token token;
  Secret secret;
};

/// Checks a request's own values, before any file is looked for.
/// Throws Error{bad_request} with `details.field` naming the first value that cannot be.
void check(const IssueRequest& request);

/// Makes a token for a checked request.
/// @param version  of the file as it is now
Issued make_token(const IssueRequest& request, const Policy& policy, FileVersion version, Time now, const Random& random);

/// Issues a link: checks the request, finds policy, storage and file, makes the token and keeps it.
/// An empty `request.storage` means the only storage there is. A file that the cron is removing at this moment is either kept
/// for the new token or not found.
/// Throws Error{bad_request} (with `details.field`), Error{file_not_found}, Error{unavailable}.
Issued issue(IssueRequest request, const std::string& policy, const Policies& policies, const Storages& storages,
             TokenStore& tokens, const Random& random, const Pause& pause);

}  // namespace claimcheck
