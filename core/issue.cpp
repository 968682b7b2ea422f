#include "core/issue.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/email_address.h"
#include "core/error.h"
#include "core/file_path.h"

namespace claimcheck {
namespace {

constexpr std::int64_t most_uses = 1'000'000;
constexpr seconds longest_ttl{10LL * 365 * 24 * 3600};
constexpr std::size_t longest_fact_name = 64;
constexpr std::size_t longest_fact_value = 255;
constexpr std::size_t most_facts = 32;

void require(bool holds, const char* field, const char* message) {
  if (!holds) throw Error{Errc::bad_request, message, {{"field", field}}};
}

bool is_fact_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_fact_name &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

bool is_fact_value(std::string_view text) {
  return text.size() <= longest_fact_value && is_utf8(text) && !has_control_octet(text);
}

/// Looks for a file that may be set aside for a moment.
bool is_there(const Storage& storage, const std::string& file, const Pause& pause) {
  constexpr int attempts = 20;
  constexpr std::chrono::milliseconds about{100};
  for (int attempt = 1;; ++attempt) {
    try {
      storage.open(file);
      return true;
    } catch (const Error& error) {
      if (error.code() != Errc::file_not_found) throw;
      if (attempt == attempts) return false;
    }
    pause(about);
  }
}

}  // namespace

void check(const IssueRequest& request) {
  require(is_file_path(request.file), "file", "file must be a relative path beneath the storage, such as 2026/11/report.pdf");
  require(!request.filename || is_filename(*request.filename), "filename",
          "filename must be 1 to 255 bytes of UTF-8 without slashes and control characters");
  require(request.email.empty() || is_email(request.email), "email", "email must be one address, such as ada@example.com");
  require(!request.max_uses || (*request.max_uses >= 0 && *request.max_uses <= most_uses), "max_uses",
          "max_uses must be 0 (unlimited) to 1000000");
  require(!request.ttl || (*request.ttl > seconds{0} && *request.ttl <= longest_ttl), "ttl",
          "ttl must be from one second to ten years, such as 24h or 7d");
  require(request.facts.size() <= most_facts, "facts", "facts must have at most 32 members");
  for (const auto& [name, value] : request.facts) {
    require(is_fact_name(name), "facts", "the names of facts must be 1 to 64 characters a-z, 0-9 and _");
    require(is_fact_value(value), "facts", "the values of facts must be at most 255 bytes of UTF-8 without control characters");
  }
}

Issued make_token(const IssueRequest& request, const Policy& policy, FileVersion version, Time now, const Random& random) {
  constexpr std::int64_t milliseconds = 1000;
  Secret secret = Secret::make(random);
  Token token{.id = {make_uuid(to_unix(now) * milliseconds, random)},
              .digest = secret.digest(),
              .storage = request.storage,
              .file = request.file,
              .filename = request.filename.value_or(std::string{last_segment(request.file)}),
              .version = version,
              .policy = policy.name,
              .email = lower(request.email),
              .rules = policy.rules,
              .created_at = now,
              .expires_at = now + request.ttl.value_or(policy.ttl),
              .max_uses = request.max_uses.value_or(policy.max_uses),
              .facts = request.facts};
  return {.token = std::move(token), .secret = std::move(secret)};
}

Issued issue(IssueRequest request, const std::string& policy_name, const Policies& policies, const Storages& storages,
             TokenStore& tokens, const Random& random, const Pause& pause) {
  check(request);
  const auto policy = policies.find(policy_name);
  require(policy != policies.end(), "policy", "there is no policy of that name in the configuration");
  if (request.storage.empty() && storages.size() == 1) request.storage = storages.begin()->first;
  const auto storage = storages.find(request.storage);
  require(storage != storages.end(), "storage", "storage must name one of the storages in the configuration");
  const FileVersion version = storage->second->open(request.file)->version();
  Issued issued = make_token(request, policy->second, version, tokens.now(), random);
  if (!tokens.add(issued.token)) throw Error{Errc::internal, "a new token's id or digest exists already"};
  // From here on nobody removes it; but somebody may have been about to, see Storage::remove().
  if (!is_there(*storage->second, request.file, pause)) {
    Enforcement{tokens, pause}.revoke(issued.token.id);
    throw Error{Errc::file_not_found, "the file was removed a moment ago: " + request.file};
  }
  return issued;
}

}  // namespace claimcheck
