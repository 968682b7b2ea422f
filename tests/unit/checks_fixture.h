#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/open_checks.h"
#include "checks/web_client.h"
#include "core/check.h"
#include "core/error.h"

namespace claimcheck::test {

/// A web server in memory: answers by URL, and keeps what it was asked. What it does not know cannot be reached.
struct FakeWeb {
  std::map<std::string, checks::WebAnswer> answers;
  std::vector<checks::WebRequest> asked;

  std::unique_ptr<checks::WebClient> client();
};

class FakeWebClient final : public checks::WebClient {
 public:
  explicit FakeWebClient(FakeWeb& web) : web_(web) {}

  checks::WebAnswer send(const checks::WebRequest& request) override {
    web_.asked.push_back(request);
    const auto found = web_.answers.find(request.url);
    if (found == web_.answers.end()) throw Error{Errc::unavailable, "nobody listens"};
    return found->second;
  }

 private:
  FakeWeb& web_;
};

inline std::unique_ptr<checks::WebClient> FakeWeb::client() {
  return std::make_unique<FakeWebClient>(*this);
}

/// Clocks that stand still until they are moved.
struct FakeClocks {
  Time now = from_unix(1'800'000'000);
  std::chrono::steady_clock::time_point steady{};

  checks::Clocks clocks() {
    return {.now = [this] { return now; }, .steady = [this] { return steady; }};
  }
};

/// What a visitor would be told: nothing for yes; unavailable if the source cannot be asked.
inline std::optional<Errc> told(Check& check, const CheckSubject& subject) {
  try {
    const auto refusal = check.refusal(subject);
    return refusal ? std::optional{refusal->code} : std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace claimcheck::test
