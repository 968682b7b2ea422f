#include "config/consistency.h"

#include <algorithm>
#include <string>
#include <utility>

#include "config/storage_rules.h"
#include "core/platform.h"

namespace claimcheck::config {

void require_consistent(const Config& config, std::vector<Fault>& faults) {
  const auto require = [&](bool holds, std::string message) {
    if (!holds) faults.push_back({.message = std::move(message)});
  };
  for (const auto& [name, policy] : config.policies) {
    for (const std::string& check : policy.rules.checks)
      require(config.checks.contains(check),
              "[policy." + name + "] checks has \"" + check + "\", but there is no [check." + check + "]");
    require(!policy.rules.delete_file ||
                std::ranges::any_of(config.storages, [](const auto& each) { return !is_bucket(each.second); }),
            "[policy." + name + "] delete_file needs a folder: a bucket's files are removed by a lifecycle rule of its own");
    require(policy.rules.countries.empty() || !config.countries.database.empty(),
            "[policy." + name + "] countries needs [countries] database: a MaxMind file");
  }
  for (const auto& [name, profile] : config.profiles) {
    require(!profile.key.empty(), "[profile." + name + "] key is missing");
    require(profile.key.find(':') == std::string::npos || !profile.system_key.empty(),
            "[profile." + name + "] system_key is missing: what opens key");
  }
  for (const auto& [name, check] : config.checks) {
    using Kind = CheckSettings::Kind;
    require(check.kind != Kind::sql || !check.query.empty(), "[check." + name + "] query is missing");
    require(check.kind != Kind::hook || !check.url.empty(), "[check." + name + "] url is missing");
    require(check.kind != Kind::stripe || !check.secret_key.empty(),
            "[check." + name + "] secret_key is missing: Stripe's API key");
  }
  const PurchaseSettings& purchase = config.purchase;
  require(purchase.policy.empty() || config.policies.contains(purchase.policy), "[purchase] policy names none of the policies");
  require(!purchase.browsers || payment_check(config, purchase.policy) != nullptr,
          "[purchase] browsers needs a policy with a check of kind \"stripe\": nothing else proves the payment");
  require(purchase.policy.empty() || !purchase.products.empty(),
          "[purchase] needs files to sell: add [product.macos], [product.windows] or [product.linux]");
  for (const auto& [platform, product] : purchase.products) {
    require(platform_of(platform) == platform, "[product." + platform + "] must be macos, windows or linux");
    require(!product.file.empty(), "[product." + platform + "] file is missing");
  }
  const StripeSettings& stripe = config.stripe;
  require(stripe.policy.empty() || payment_check(config, stripe.policy) != nullptr,
          "[stripe] policy needs a policy with a check of kind \"stripe\": it says what must have been paid");
  require(stripe.policy.empty() || !stripe.webhook_secrets.empty(), "[stripe] webhook_secrets is missing");
  require(stripe.policy.empty() || config.mail.transport != MailSettings::Transport::off,
          "[stripe] policy needs [mail] transport: the link is mailed");
}

}  // namespace claimcheck::config
