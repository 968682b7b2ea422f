#include "htaccess/test_links.h"

#include <algorithm>

#include "core/error.h"

namespace claimcheck::htaccess {
namespace {

const std::string policy_name = "doctor";

Policies rules_for_tests(Exact exact) {
  Policy policy{.name = policy_name, .ttl = seconds{600}};
  policy.rules.grace = seconds{0};
  policy.rules.confirm = Confirm::never;
  policy.rules.exact = exact;
  return {{policy_name, policy}};
}

}  // namespace

TestLinks::~TestLinks() {
  for (const TokenId& id : made_) {
    try {
      Enforcement{tokens_, pause_}.revoke(id);
    } catch (const Error&) {
      return;  // the store is gone; they expire by themselves
    }
  }
}

TestLink TestLinks::make(const LockedFolder& folder, const Canary& canary, const std::string& filename, std::int64_t uses,
                         Exact exact) {
  const IssueRequest request{.storage = folder.storage,
                             .file = canary.path.lexically_relative(folder.path).string(),
                             .filename = filename,
                             .max_uses = uses};
  const Policies policies = rules_for_tests(exact);
  const Checks no_checks;
  const Issued issued = issue(request, policy_name,
                              {.policies = policies,
                               .storages = storages_,
                               .tokens = tokens_,
                               .checks = no_checks,
                               .random = random_,
                               .pause = pause_});
  made_.push_back(issued.token.id);
  return {.id = issued.token.id, .url = premises_.address(issued.secret.reveal())};
}

bool TestLinks::completed(const TestLink& link) {
  const auto token = tokens_.find(link.id);
  return token && std::ranges::any_of(token->claims, [](const Claim& claim) { return claim.completed.has_value(); });
}

}  // namespace claimcheck::htaccess
