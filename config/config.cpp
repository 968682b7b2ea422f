#include "config/config.h"

namespace claimcheck::config {

std::vector<std::string> paths_beside(const Config& config) {
  std::vector<std::string> paths;
  if (!config.purchase.policy.empty()) paths.emplace_back("/api/downloads");
  if (config.site.storage_links) paths.emplace_back("/api/storage");
  if (config.site.public_links) paths.emplace_back("/api/public/download");
  return paths;
}

const CheckSettings* payment_check(const Config& config, const std::string& policy) {
  const auto found = config.policies.find(policy);
  if (found == config.policies.end()) return nullptr;
  for (const std::string& name : found->second.rules.checks) {
    const auto check = config.checks.find(name);
    if (check != config.checks.end() && check->second.kind == CheckSettings::Kind::stripe) return &check->second;
  }
  return nullptr;
}

}  // namespace claimcheck::config
