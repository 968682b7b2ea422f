#include "checks/hook_check.h"

#include <fmt/format.h>

#include <utility>

#include "checks/remembered.h"
#include "checks/verdict.h"
#include "core/hmac.h"
#include "core/json_writer.h"

namespace claimcheck::checks {
namespace {

std::string body_of(const CheckSubject& subject) {
  JsonWriter json;
  json.open('{').member("token").value(subject.token).member("storage").value(subject.storage);
  json.member("file").value(subject.file).member("filename").value(subject.filename);
  json.member("policy").value(subject.policy).member("email").value(subject.email);
  json.member("facts").open('{');
  for (const auto& [name, value] : subject.facts) json.member(name).value(value);
  json.close('}').close('}');
  return std::move(json).text();
}

Truth truth_of(int status) {
  switch (status) {
    case 425:
      return Truth::not_yet;
    case 408:
    case 429:
      break;
    default:
      if (status >= 200 && status < 300) return Truth::yes;
      if (status >= 400 && status < 500) return Truth::no;
  }
  throw Error{Errc::unavailable, fmt::format("the hook answered with status {}", status)};
}

class HookCheck final : public Check {
 public:
  HookCheck(const CheckSettings& settings, std::unique_ptr<WebClient> client, const Clocks& clocks)
      : settings_(settings), client_(std::move(client)), now_(clocks.now), yes_(settings.remember, clocks.steady) {}

  std::optional<Refusal> refusal(const CheckSubject& subject) override {
    const std::string body = body_of(subject);
    if (yes_.knows(body)) return std::nullopt;
    const Truth truth = truth_of(client_->send(request(body)).status);
    if (truth == Truth::yes) yes_.add(body);
    return verdict(truth, settings_, Errc::payment_required);
  }

  std::vector<std::string> needed_facts() const override { return {}; }

 private:
  WebRequest request(const std::string& body) const {
    WebRequest request{.method = "POST", .url = settings_.url, .headers = {{"Content-Type", "application/json"}}, .body = body};
    if (!settings_.secret_key.empty()) {
      const auto time = to_unix(now_());
      const std::string sum = hmac_sha256_hex(settings_.secret_key, fmt::format("{}.{}", time, body));
      request.headers.emplace_back("Claimcheck-Signature", fmt::format("t={},v1={}", time, sum));
    }
    return request;
  }

  CheckSettings settings_;
  std::unique_ptr<WebClient> client_;
  Clock now_;
  Remembered yes_;
};

}  // namespace

std::unique_ptr<Check> make_hook_check(const CheckSettings& settings, std::unique_ptr<WebClient> client, const Clocks& clocks) {
  return std::make_unique<HookCheck>(settings, std::move(client), clocks);
}

}  // namespace claimcheck::checks
