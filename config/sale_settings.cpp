#include "config/setters.h"

namespace claimcheck::config {
namespace {

Wrong is_origin(const std::string& url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  if (!web || url.find('/', url.find("://") + 3) != std::string::npos || url.find_first_of(" \t?#\"*") != std::string::npos)
    return "must be an address without a path, such as https://shop.example.com";
  return std::nullopt;
}

}  // namespace

const std::vector<Setting<PurchaseSettings>>& purchase_settings() {
  static const std::vector<Setting<PurchaseSettings>> settings{
      {"policy", "\"\"", "The policy of links that /api/downloads/generate-token makes; empty: there is no such address.",
       text(&PurchaseSettings::policy, anything)},
      {"browsers", "false",
       "Whether browsers may ask for links without an API key; the policy must have a check that proves the payment.",
       flag<PurchaseSettings>([](PurchaseSettings& purchase) -> bool& { return purchase.browsers; })},
      {"origins", "[]", "Other sites whose pages may call these addresses, such as [\"https://shop.example.com\"].",
       texts<PurchaseSettings>([](PurchaseSettings& purchase) -> auto& { return purchase.origins; }, is_origin,
                               "[\"https://shop.example.com\"]")},
  };
  return settings;
}

const std::vector<Setting<ProductSettings>>& product_settings() {
  static const std::vector<Setting<ProductSettings>> settings{
      {"storage", "\"\"", "The storage of the file; empty: the only one there is.", text(&ProductSettings::storage, anything)},
      {"file", "", "The file's path beneath that storage. Required.", text(&ProductSettings::file, anything)},
      {"filename", "\"\"", "What the customer's copy is called; empty: the file's own name.",
       text(&ProductSettings::filename, anything)},
      {"version", "\"\"", "The version, for the statistics.", text(&ProductSettings::version, anything)},
  };
  return settings;
}

const std::vector<Setting<StripeSettings>>& stripe_settings() {
  static const std::vector<Setting<StripeSettings>> settings{
      {"webhook_secrets", "[]",
       "The signing secrets of Stripe's webhook, as \"whsec_…\" or \"@/path\"; two while one replaces the other.",
       texts<StripeSettings>([](StripeSettings& stripe) -> auto& { return stripe.webhook_secrets; }, anything,
                             "[\"@/home/me/claimcheck/whsec\"]")},
      {"policy", "\"\"", "The policy of the link that is made and mailed when a payment succeeds; empty: none is made.",
       text(&StripeSettings::policy, anything)},
      {"storage", "\"\"", "The storage of that link's file.", text(&StripeSettings::storage, anything)},
      {"file", "\"\"", "That link's file, unless the payment's metadata name a platform of [product.NAME].",
       text(&StripeSettings::file, anything)},
  };
  return settings;
}

}  // namespace claimcheck::config
