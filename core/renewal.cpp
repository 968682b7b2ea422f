#include "core/renewal.h"

#include "core/admission.h"
#include "core/error.h"
#include "core/limits.h"

namespace claimcheck {
namespace {

Error gone(const TokenId& id) {
  return Error{Errc::invalid_token, "there is no token with the id " + id.text};
}

Token find_token(const TokenId& id, TokenStore& tokens) {
  auto token = tokens.find(id);
  if (!token) throw gone(id);
  return std::move(*token);
}

void require_valid(const Token& token, Time now) {
  if (token.revoked_at) throw to_error(over(token, now));
}

Token find_valid(const TokenId& id, TokenStore& tokens) {
  Token token = find_token(id, tokens);
  require_valid(token, tokens.now());
  return token;
}

/// The rules for more than the policy gives: those of the configuration as it is now. Without the policy, none.
Policy policy_of(const Token& token, const Policies& policies) {
  const auto policy = policies.find(token.policy);
  return policy == policies.end() ? Policy{} : policy->second;
}

const Storage& storage_of(const Token& token, const IssueMeans& means) {
  const auto storage = means.storages.find(token.storage);
  if (storage == means.storages.end()) throw Error{Errc::file_not_found, "the configuration has no storage " + token.storage};
  return *storage->second;
}

void require_file(const Token& token, const IssueMeans& means) {
  const FileVersion version = storage_of(token, means).open(token.file, served_as(token.rules))->version();
  if (token.rules.on_change == OnChange::refuse && version != token.version)
    throw Error{Errc::file_changed, "the file is not the one that the link was made for"};
}

/// From here on nobody removes the file; but somebody may have been about to, see Storage::remove().
void require_file_still(const Token& token, const IssueMeans& means) {
  if (!is_there(storage_of(token, means), token, means.pause))
    throw Error{Errc::file_not_found, "the file was removed a moment ago: " + token.file};
}

}  // namespace

Token extended(const Token& token, const Extension& extension, const Policy& policy, Time now) {
  require_valid(token, now);
  require(!extension.is_empty(), "ttl", "Say what to add: ttl, such as 24h, or uses.");
  Token next = token;
  if (extension.ttl) {
    require(*extension.ttl > seconds{0} && *extension.ttl <= limits::longest_ttl, "ttl",
            "ttl must be from one second to ten years, such as 24h or 7d");
    next.expires_at = std::max(token.expires_at, now) + *extension.ttl;
    require(next.expires_at - now <= policy.longest_ttl, "ttl", "that is more than the policy's longest_ttl");
  }
  if (extension.uses) {
    require(token.max_uses > 0, "uses", "The link has no limit of uses.");
    require(*extension.uses > 0 && *extension.uses <= limits::most_uses - token.max_uses, "uses",
            "uses must be 1 or more, and all of them 1000000 at most");
    next.max_uses = token.max_uses + *extension.uses;
    require(policy.most_uses == 0 || next.max_uses <= policy.most_uses, "uses", "that is more than the policy's most_uses");
  }
  if (now < next.expires_at) next.cleaned_at.reset();
  return next;
}

Token extend(const TokenId& id, const Extension& extension, const IssueMeans& means) {
  require_file(find_valid(id, means.tokens), means);
  const auto stored = Enforcement{means.tokens, means.pause}.administer(id, [&](const Token& token, Time now) {
    return std::optional{extended(token, extension, policy_of(token, means.policies), now)};
  });
  if (!stored) throw gone(id);
  require_file_still(*stored, means);
  return *stored;
}

Token restored(const Token& token) {
  if (!token.revoked_at) throw Error{Errc::bad_request, "The link was not revoked."};
  Token next = token;
  next.revoked_at.reset();
  next.cleaned_at.reset();
  return next;
}

Token restore(const TokenId& id, const IssueMeans& means) {
  const Token revoked = find_token(id, means.tokens);
  restored(revoked);  // says so before the file is looked for
  require_file(revoked, means);
  bool tried = false;
  const auto stored = Enforcement{means.tokens, means.pause}.administer(id, [&](const Token& token, Time) {
    if (tried && !token.revoked_at) return std::optional<Token>{};  // done by an attempt whose answer was lost
    tried = true;
    return std::optional{restored(token)};
  });
  if (!stored) throw gone(id);
  require_file_still(*stored, means);
  return *stored;
}

Token regenerated(const Token& token, const Secret& secret, const Extension& extension, const Policy& policy, Time now) {
  require_valid(token, now);
  Token next = extension.is_empty() ? token : extended(token, extension, policy, now);
  if (now >= next.expires_at) throw to_error(over(next, now));
  next.digest = secret.digest();
  return next;
}

Issued regenerate(const TokenId& id, const Secret& secret, const Extension& extension, const IssueMeans& means,
                  OldSecrets& old_secrets) {
  require_file(find_valid(id, means.tokens), means);
  const auto with_secret = [&](const Token& token, Time now) -> std::optional<Token> {
    if (token.digest == secret.digest()) return std::nullopt;  // done by an attempt whose answer was lost
    Token next = regenerated(token, secret, extension, policy_of(token, means.policies), now);
    old_secrets.keep(token.digest, id);  // first: a secret that still opens something is found there no more than here
    return next;
  };
  auto stored = Enforcement{means.tokens, means.pause}.administer(id, with_secret);
  if (!stored) throw gone(id);
  require_file_still(*stored, means);
  return {.token = std::move(*stored), .secret = secret};
}

}  // namespace claimcheck
