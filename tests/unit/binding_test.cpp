#include "core/binding.h"

#include <gtest/gtest.h>

#include "core/network.h"
#include "core/platform.h"

namespace claimcheck {
namespace {

TEST(Binding, HoldsTheAddressOrItsNetwork) {
  const struct {
    const char* name;
    BindIp bind_ip;
    const char* bound;
    const char* asking;
    bool allowed;
  } cases[] = {
      {"the same address", BindIp::exact, "203.0.113.9", "203.0.113.9", true},
      {"another of its network", BindIp::exact, "203.0.113.9", "203.0.113.10", false},
      {"the network of an address", BindIp::network, "203.0.113.9", "203.0.113.200", true},
      {"another network", BindIp::network, "203.0.113.9", "203.0.114.9", false},
      {"one address in two spellings", BindIp::exact, "2001:db8::1", "2001:0DB8:0:0::1", true},
      {"IPv4 by way of IPv6", BindIp::exact, "203.0.113.9", "::ffff:203.0.113.9", true},
      {"the /64 of IPv6", BindIp::network, "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
      {"another /64", BindIp::network, "2001:db8:1:2::1", "2001:db8:1:3::1", false},
      {"no binding", BindIp::off, "203.0.113.9", "198.51.100.1", true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Token token{.id = {"01890000-0000-7000-8000-000000000001"}, .digest = Digest::of("secret")};
    token.rules.bind_ip = c.bind_ip;
    EXPECT_TRUE(may_be_used_from(token, c.asking)) << "not bound yet";
    token.bound_to = binding_of(token.id, c.bound, c.bind_ip);
    EXPECT_EQ(may_be_used_from(token, c.asking), c.allowed);
    EXPECT_EQ(token.bound_to.find(c.bound), std::string::npos) << "the table does not tell the address";
  }
}

TEST(Platform, IsWhatBrowsersCallIt) {
  const struct {
    const char* text;
    std::optional<std::string> platform;
  } cases[] = {{"MacIntel", "macos"}, {"macos", "macos"}, {"Win32", "windows"},      {"Windows", "windows"},
               {"Win64", "windows"},  {"linux", "linux"}, {"Linux x86_64", "linux"}, {"Linux armv8l", "linux"},
               {"iPhone", {}},        {"", {}},           {"FreeBSD amd64", {}}};
  for (const auto& c : cases) EXPECT_EQ(platform_of(c.text), c.platform) << c.text;
}

}  // namespace
}  // namespace claimcheck
