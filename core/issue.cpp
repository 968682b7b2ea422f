#include "core/issue.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/binding.h"
#include "core/email_address.h"
#include "core/error.h"
#include "core/file_path.h"
#include "core/limits.h"
#include "core/network.h"

namespace claimcheck {
namespace {

constexpr std::size_t longest_fact_name = 64;
constexpr std::size_t longest_fact_value = 255;
constexpr std::size_t most_facts = 32;

bool is_fact_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_fact_name &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

bool is_fact_value(std::string_view text) {
  return text.size() <= longest_fact_value && is_utf8(text) && !has_control_octet(text);
}

/// What the policy lets its links be.
void require_within(const IssueRequest& request, const Policy& policy) {
  require(!request.ttl || *request.ttl <= policy.longest_ttl, "ttl", "ttl is more than the policy's longest_ttl");
  const bool few = !request.max_uses || (*request.max_uses > 0 && *request.max_uses <= policy.most_uses);
  require(policy.most_uses == 0 || few, "max_uses", "max_uses is more than the policy's most_uses");
}

/// @return the token, and whether it was kept; it is not if one with its id or its secret is there
std::pair<Issued, bool> make_and_keep(IssueRequest request, const std::string& policy_name, const IssueMeans& means,
                                      const TokenRandom& random) {
  check(request);
  const auto policy = means.policies.find(policy_name);
  require(policy != means.policies.end(), "policy", "there is no policy of that name in the configuration");
  require_within(request, policy->second);
  if (request.storage.empty() && means.storages.size() == 1) request.storage = means.storages.begin()->first;
  const auto storage = means.storages.find(request.storage);
  require(storage != means.storages.end(), "storage", "storage must name one of the storages in the configuration");
  const ServedAs as = request.decrypt.value_or(policy->second.rules.decrypt) ? ServedAs::decrypted : ServedAs::stored;
  const auto file = storage->second->open(request.file, as);
  const std::vector<std::string>& checks = policy->second.rules.checks;
  require_facts(means.checks, checks, request.facts);
  Issued issued = make_token(request, policy->second, *file, means.tokens.now(), random);
  CheckSubject subject = subject_of(issued.token);
  subject.token.clear();
  require_checks(means.checks, checks, subject);
  if (policy->second.validate == Validate::zip) require_valid(means.inspect, *file, request.file, {});
  if (!means.tokens.add(issued.token)) return {std::move(issued), false};
  // From here on nobody removes it; but somebody may have been about to, see Storage::remove().
  if (!is_there(*storage->second, issued.token, means.pause)) {
    Enforcement{means.tokens, means.pause}.revoke(issued.token.id);
    throw Error{Errc::file_not_found, "the file was removed a moment ago: " + request.file};
  }
  return {std::move(issued), true};
}

Error used_otherwise() {
  return bad_value("Idempotency-Key",
                   "This Idempotency-Key was used for another request, or its link was regenerated since. Take a new one.");
}

}  // namespace

void check(const IssueRequest& request) {
  require(is_file_path(request.file), "file", "file must be a relative path beneath the storage, such as 2026/11/report.pdf");
  require(!request.filename || is_filename(*request.filename), "filename",
          "filename must be 1 to 255 bytes of UTF-8 without slashes and control characters");
  require(request.email.empty() || is_email(request.email), "email", "email must be one address, such as ada@example.com");
  require(!request.max_uses || (*request.max_uses >= 0 && *request.max_uses <= limits::most_uses), "max_uses",
          "max_uses must be 0 (unlimited) to 1000000");
  require(!request.ttl || (*request.ttl > seconds{0} && *request.ttl <= limits::longest_ttl), "ttl",
          "ttl must be from one second to ten years, such as 24h or 7d");
  require(request.address.empty() || is_address(request.address), "address",
          "address must be the holder's IPv4 or IPv6 address, such as 203.0.113.9");
  require(request.facts.size() <= most_facts, "facts", "facts must have at most 32 members");
  for (const auto& [name, value] : request.facts) {
    require(is_fact_name(name), "facts", "the names of facts must be 1 to 64 characters a-z, 0-9 and _");
    require(is_fact_value(value), "facts", "the values of facts must be at most 255 bytes of UTF-8 without control characters");
  }
}

Issued make_token(const IssueRequest& request, const Policy& policy, const OpenFile& file, Time now,
                  const TokenRandom& random) {
  constexpr std::int64_t milliseconds = 1000;
  Secret secret = Secret::make(random.secret);
  Token token{.id = {make_uuid(to_unix(now) * milliseconds, random.id)},
              .digest = secret.digest(),
              .storage = request.storage,
              .file = request.file,
              .filename = request.filename.value_or(file.name()),
              .version = file.version(),
              .policy = policy.name,
              .email = lower(request.email),
              .rules = policy.rules,
              .created_at = now,
              .expires_at = now + request.ttl.value_or(policy.ttl),
              .max_uses = request.max_uses.value_or(policy.max_uses),
              .facts = request.facts};
  token.rules.decrypt = request.decrypt.value_or(policy.rules.decrypt);
  if (!request.address.empty()) token.bound_to = binding_of(token.id, request.address, policy.rules.bind_ip);
  return {.token = std::move(token), .secret = std::move(secret)};
}

bool is_there(const Storage& storage, const Token& token, const Pause& pause) {
  constexpr int attempts = 20;
  constexpr std::chrono::milliseconds about{100};
  for (int attempt = 1;; ++attempt) {
    try {
      storage.open(token.file, served_as(token.rules));
      return true;
    } catch (const Error& error) {
      if (error.code() != Errc::file_not_found) throw;
      if (attempt == attempts) return false;
    }
    pause(about);
  }
}

Issued issue(IssueRequest request, const std::string& policy, const IssueMeans& means) {
  auto [issued, kept] = make_and_keep(std::move(request), policy, means, {.secret = means.random, .id = means.random});
  if (!kept) throw Error{Errc::internal, "a new token's id or digest exists already"};
  return std::move(issued);
}

Issued issue_by(const std::string& policy, IssueRequest request, seconds ttl, const IssueMeans& means) {
  if (means.policies.contains(policy)) return issue(std::move(request), policy, means);
  request.max_uses = 1;
  request.ttl = ttl;
  if (!request.decrypt) request.decrypt = true;
  return issue(std::move(request), "default", means);
}

Secret repeated_secret(const Repeatable& repeatable) {
  return Secret::make(derived_random(repeatable.caller, "secret\n" + repeatable.name));
}

Issued issue_once(const IssueRequest& request, const std::string& policy, const IssueMeans& means, OldSecrets& old_secrets,
                  const Repeatable& repeatable) {
  // The secret follows from caller and name, the random part of the id from the body too: so the row itself tells whether the
  // same was asked.
  const auto random_of_id = [&] {
    return derived_random(repeatable.caller, "id\n" + repeatable.name + "\n" + repeatable.body);
  };
  const Secret secret = repeated_secret(repeatable);
  constexpr std::size_t time_length = 14;  // the part of a UUIDv7 that is not random, see make_uuid()
  const std::string suffix = make_uuid(0, random_of_id()).substr(time_length);
  const auto made_before = [&]() -> std::optional<Issued> {
    auto token = means.tokens.find(secret.digest());
    if (!token) {
      if (old_secrets.find_old(secret.digest())) throw used_otherwise();
      return std::nullopt;
    }
    if (token->id.text.substr(time_length) != suffix) throw used_otherwise();
    require_checks(means.checks, *token);
    return Issued{.token = std::move(*token), .secret = secret};
  };
  if (auto before = made_before()) return std::move(*before);
  auto [issued, kept] =
      make_and_keep(request, policy, means,
                    {.secret = derived_random(repeatable.caller, "secret\n" + repeatable.name), .id = random_of_id()});
  if (kept) return std::move(issued);
  if (auto meanwhile = made_before()) return std::move(*meanwhile);
  throw used_otherwise();
}

}  // namespace claimcheck
