#include "tests/support/stripe_samples.h"

#include "tests/support/process.h"

namespace claimcheck::test {

using Json = nlohmann::json;

std::string stripe_sample(const std::string& name) {
  return read_file(CLAIMCHECK_SOURCE_DIR "/tests/data/stripe/" + name);
}

Json paid_intent(const std::string& id, const std::string& email) {
  const Json samples = Json::parse(stripe_sample("fixtures3-excerpt.json"));
  Json intent = samples.at("payment_intent");
  intent["id"] = id;
  intent["status"] = "succeeded";
  intent["amount"] = intent["amount_received"] = 2000;
  intent["currency"] = "usd";
  intent["livemode"] = true;
  intent["latest_charge"] = samples.at("charge");
  intent["latest_charge"]["billing_details"]["email"] = email;
  return intent;
}

}  // namespace claimcheck::test
