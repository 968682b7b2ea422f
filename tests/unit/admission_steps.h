#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/admission.h"
#include "tests/unit/fresh_token.h"

namespace claimcheck::test {

inline constexpr std::uint64_t mib = 1024ULL * 1024;
inline const Time start = from_unix(1'800'000'000);

/// A token that was made at `start` for a file of that size.
inline Token token_of(std::uint64_t size, std::int64_t max_uses = 1, double retry_budget = 1.0) {
  Token token = fresh_token({.size = size, .mtime_ns = 7}, start, max_uses);
  token.rules.retry_budget = retry_budget;
  return token;
}

/// Decides about a request, and lets `token` be what the decision makes of it. The claim that it opens is "claim NAME".
inline Admission ask(Token& token, const std::string& name, std::vector<Range> ranges, Time now,
                     const std::string& claim = {}) {
  Admission admission = decide(token,
                               {.delivery = name,
                                .ranges = std::move(ranges),
                                .file = token.version,
                                .named_claim = claim,
                                .new_claim = "claim " + name},
                               now);
  if (admission.token) token = *admission.token;
  return admission;
}

}  // namespace claimcheck::test
