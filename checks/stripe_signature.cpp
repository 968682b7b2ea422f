#include "checks/stripe_signature.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>

#include "core/ascii.h"
#include "core/error.h"
#include "core/hmac.h"
#include "core/quantity.h"

namespace claimcheck::checks {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw Error{Errc::bad_request, "Stripe event: " + why};
}

struct Signature {
  std::string_view time;
  std::vector<std::string_view> sums;
};

Signature parse_signature(std::string_view header) {
  Signature signature;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view item = trim(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    if (item.starts_with("t=")) {
      if (!signature.time.empty()) refuse("its signature has two times");
      signature.time = item.substr(2);
    } else if (item.starts_with("v1=")) {
      signature.sums.push_back(item.substr(3));
    }
  }
  return signature;
}

bool equal(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace

void verify_stripe_signature(std::string_view header, std::string_view body, const std::vector<std::string>& secrets,
                             Time now) {
  constexpr seconds tolerance{300};
  const Signature signature = parse_signature(header);
  bool signed_by_us = false;
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;  // anybody could sign with it
    const std::string sum = hmac_sha256_hex(secret, fmt::format("{}.{}", signature.time, body));
    for (const std::string_view each : signature.sums) signed_by_us = equal(each, sum) || signed_by_us;
  }
  if (!signed_by_us) refuse("its signature is none of ours");
  const auto time = parse_number(signature.time);
  if (!time) refuse("its signature has no time");
  const auto tolerated = [&](std::int64_t when) {
    return when >= to_unix(now - tolerance) && when <= to_unix(now + tolerance);
  };
  if (!tolerated(*time)) refuse("it was signed too long ago, or the clocks differ");
}

}  // namespace claimcheck::checks
