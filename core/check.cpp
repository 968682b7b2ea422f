#include "core/check.h"

#include "core/error.h"

namespace claimcheck {
namespace {

Check& check_named(const Checks& checks, const std::string& name) {
  const auto found = checks.find(name);
  if (found == checks.end()) throw Error{Errc::unavailable, "the configuration has no [check." + name + "]"};
  return *found->second;
}

}  // namespace

CheckSubject subject_of(const Token& token) {
  return {.token = token.id.text,
          .storage = token.storage,
          .file = token.file,
          .filename = token.filename,
          .policy = token.policy,
          .email = token.email,
          .facts = token.facts};
}

std::optional<Refusal> first_refusal(const Checks& checks, const std::vector<std::string>& names, const CheckSubject& subject) {
  for (const std::string& name : names)
    if (auto refused = check_named(checks, name).refusal(subject)) return refused;
  return std::nullopt;
}

void require_checks(const Checks& checks, const std::vector<std::string>& names, const CheckSubject& subject) {
  if (auto refused = first_refusal(checks, names, subject)) throw Error{refused->code, {}, std::move(refused->details)};
}

void require_checks(const Checks& checks, const Token& token) {
  if (token.rules.checks.empty()) return;
  require_checks(checks, token.rules.checks, subject_of(token));
}

void require_facts(const Checks& checks, const std::vector<std::string>& names,
                   const std::map<std::string, std::string>& facts) {
  for (const std::string& name : names)
    for (const std::string& fact : check_named(checks, name).needed_facts())
      if (!facts.contains(fact)) throw bad_value("facts", "the policy's check \"" + name + "\" needs the fact " + fact);
}

}  // namespace claimcheck
