#include "tests/support/stripe.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>

namespace claimcheck::test {

using Json = nlohmann::json;

std::string stripe_event(const std::string& type, const Json& intent) {
  const bool about_intent = type.starts_with("payment_intent.");
  Json object = about_intent ? intent : intent.at("latest_charge");
  if (!about_intent) object["payment_intent"] = intent.at("id");
  return Json{{"id", "evt_1"},
              {"object", "event"},
              {"type", type},
              {"livemode", true},
              {"created", std::time(nullptr)},
              {"data", {{"object", object}}}}
      .dump();
}

std::string stripe_signature(const std::string& secret, const std::string& body) {
  const std::string moment = std::to_string(std::time(nullptr)), text = moment + "." + body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), sum.data(), &length);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", sum.at(i));
  return "t=" + moment + ",v1=" + hex;
}

StripeApi::StripeApi() {
  authority_.issue("stripe", "DNS:localhost");
  server_.emplace(authority_, "stripe");
}

std::string StripeApi::settings() const {
  return fmt::format("api = \"{}\"\nca_file = \"{}\"\nprivate_addresses = true\n", server_->origin(),
                     authority_.certificate().string());
}

std::string StripeApi::payment_check() const {
  return R"toml(
[check.payment]
kind = "stripe"
secret_key = "sk_live_hush"
amount = 2000
currency = "usd"
remember = "0s"
)toml" + settings();
}

}  // namespace claimcheck::test
