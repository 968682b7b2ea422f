#include "fcgi/policy_api.h"

#include <nlohmann/json.hpp>

#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {

Answer list_policies(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::issue);
  Json policies = Json::array();
  for (const auto& [name, policy] : services.policies)
    policies.push_back({{"name", name},
                        {"ttl", policy.ttl.count()},
                        {"max_uses", policy.max_uses},
                        {"longest_ttl", policy.longest_ttl.count()},
                        {"most_uses", policy.most_uses},
                        {"decrypt", policy.rules.decrypt}});
  return {.reply = json_reply(200, Json{{"policies", std::move(policies)}}.dump())};
}

}  // namespace claimcheck::fcgi
