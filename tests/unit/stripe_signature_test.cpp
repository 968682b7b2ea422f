#include "checks/stripe_signature.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/hmac.h"
#include "tests/support/stripe_samples.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using nlohmann::json;

constexpr std::int64_t signed_at = 1533204620;
const std::string right = "2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7";
const std::string wrong(64, '0');
const std::string body = test::stripe_sample("event_test_signature.json");
const std::vector<std::string> ours{"webhook_secret"};

/// Why it is refused; empty if it is not.
std::string refused(const std::string& header, const std::string& what, const std::vector<std::string>& secrets,
                    std::int64_t now) {
  const auto error = test::thrown([&] { checks::verify_stripe_signature(header, what, secrets, from_unix(now)); });
  if (!error) return "";
  EXPECT_EQ(error->code(), Errc::bad_request);
  return error->what();
}

TEST(StripeSignature, TheRightOneIsTaken) {
  ASSERT_EQ(body.size(), 484U);
  const struct {
    const char* name;
    std::string header;
    std::vector<std::string> secrets;
    std::int64_t now = signed_at;
  } cases[] = {
      {"as Stripe sends it",
       "t=1533204620,v1=" + right + ",v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef", ours},
      {"alone", "t=1533204620,v1=" + right, ours},
      {"after a wrong one", "t=1533204620,v1=" + wrong + ",v1=" + right, ours},
      {"before a wrong one", "t=1533204620,v1=" + right + ",v1=" + wrong, ours},
      {"the time at the end", "v1=" + right + ",t=1533204620", ours},
      {"spaces", " t=1533204620 , v1=" + right + " ", ours},
      {"an old secret beside the new one", "t=1533204620,v1=" + right, {"new_secret", "webhook_secret"}},
      {"five minutes late", "t=1533204620,v1=" + right, ours, signed_at + 300},
      {"five minutes early", "t=1533204620,v1=" + right, ours, signed_at - 300},
      {"what nobody knows", "t=1533204620,v2=abc,v1=" + right + ",,x", ours},
  };
  for (const auto& c : cases) EXPECT_EQ(refused(c.header, body, c.secrets, c.now), "") << c.name;
}

TEST(StripeSignature, EveryOtherIsRefused) {
  const std::string good = "t=1533204620,v1=" + right;
  const std::string unsigned_body = hmac_sha256_hex("", "1533204620." + body);
  const struct {
    const char* name;
    std::string header, what;
    std::vector<std::string> secrets;
    std::int64_t now;
    const char* because;
  } cases[] = {
      {"no header", "", body, ours, signed_at, "none of ours"},
      {"no time", "v1=" + right, body, ours, signed_at, "none of ours"},
      {"no signature", "t=1533204620", body, ours, signed_at, "none of ours"},
      {"a wrong signature", "t=1533204620,v1=" + wrong, body, ours, signed_at, "none of ours"},
      {"the right one as v0", "t=1533204620,v0=" + right, body, ours, signed_at, "none of ours"},
      {"in capitals", "t=1533204620,v1=2220F87EF101A04665F11CDF770523143F875572008577FA0F20882DDB9CC3C7", body, ours, signed_at,
       "none of ours"},
      {"its beginning", "t=1533204620,v1=" + right.substr(0, 63), body, ours, signed_at, "none of ours"},
      {"with something after it", good + "0", body, ours, signed_at, "none of ours"},
      {"an empty one", "t=1533204620,v1=", body, ours, signed_at, "none of ours"},
      {"another time", "t=1533204621,v1=" + right, body, ours, signed_at, "none of ours"},
      {"a sign before the time", "t=+1533204620,v1=" + right, body, ours, signed_at, "none of ours"},
      {"two times", "t=1533204620,t=1533204620,v1=" + right, body, ours, signed_at, "two times"},
      {"a longer body", good, body + "\n", ours, signed_at, "none of ours"},
      {"a shorter body", good, body.substr(0, body.size() - 1), ours, signed_at, "none of ours"},
      {"an empty body", good, "", ours, signed_at, "none of ours"},
      {"the same JSON written anew", good, json::parse(body).dump(), ours, signed_at, "none of ours"},
      {"another secret", good, body, {"webhook_secret2"}, signed_at, "none of ours"},
      {"no secret", good, body, {}, signed_at, "none of ours"},
      {"an empty secret, signed with it", "t=1533204620,v1=" + unsigned_body, body, {""}, signed_at, "none of ours"},
      {"too late", good, body, ours, signed_at + 301, "too long ago"},
      {"too early", good, body, ours, signed_at - 301, "too long ago"},
      {"a wrong signature, too late", "t=1533204620,v1=" + wrong, body, ours, signed_at + 301, "none of ours"},
  };
  for (const auto& c : cases) {
    const std::string why = refused(c.header, c.what, c.secrets, c.now);
    EXPECT_NE(why.find(c.because), std::string::npos) << c.name << ": " << why;
    EXPECT_EQ(why.find("webhook_secret"), std::string::npos) << why;
  }
}

TEST(StripeSignature, EveryByteOfTheBodyCounts) {
  for (std::size_t at = 0; at < body.size(); ++at) {
    std::string changed = body;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(refused("t=1533204620,v1=" + right, changed, ours, signed_at), "") << at;
  }
}

TEST(StripeSignature, ATimeThatIsNoneIsRefusedEvenIfItIsSigned) {
  for (const std::string time :
       {"", "soon", "1533204620.0", "-1", "99999999999999999999", "9223372036854775807", "-9223372036854775808"}) {
    const std::string header = "t=" + time + ",v1=" + hmac_sha256_hex("webhook_secret", time + "." + body);
    EXPECT_NE(refused(header, body, ours, signed_at), "") << time;
  }
}

}  // namespace
}  // namespace claimcheck
