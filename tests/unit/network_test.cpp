#include "core/network.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

TEST(Network, AddressesAreAnonymisedAsWordPressDoes) {
  const struct {
    const char* address;
    const char* expected;
  } cases[] = {
      {"203.0.113.77", "203.0.113.0"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
      {"::ffff:203.0.113.77", "::ffff:203.0.113.0"},
      {"::1", "::"},
      {"", "0.0.0.0"},
      {"unknown", "0.0.0.0"},
      {"203.0.113.256", "0.0.0.0"},
      {"203.0.113.7:80", "0.0.0.0"},
  };
  for (const auto& c : cases) EXPECT_EQ(anonymised(c.address), c.expected) << c.address;
}

TEST(Network, AForwardedAddressIsBelievedOnlyFromAProxyThatIsTrusted) {
  const std::vector<std::string> proxies{"127.0.0.1", "192.0.2.1"};
  const struct {
    const char* name;
    const char* peer;
    const char* forwarded;
    const char* expected;
  } cases[] = {
      {"no proxy", "198.51.100.9", "203.0.113.7", "198.51.100.9"},
      {"a proxy", "127.0.0.1", "203.0.113.7", "203.0.113.7"},
      {"a client that lies to the proxy", "127.0.0.1", "10.0.0.1, 203.0.113.7", "203.0.113.7"},
      {"two proxies", "127.0.0.1", "203.0.113.7 , 192.0.2.1", "203.0.113.7"},
      {"only proxies", "127.0.0.1", "192.0.2.1", "192.0.2.1"},
      {"junk", "127.0.0.1", "203.0.113.7, <script>", "127.0.0.1"},
      {"nothing", "127.0.0.1", "", "127.0.0.1"},
      {"IPv6", "127.0.0.1", "2001:db8::5", "2001:db8::5"},
  };
  for (const auto& c : cases) EXPECT_EQ(client_address(c.peer, c.forwarded, proxies), c.expected) << c.name;
}

}  // namespace
}  // namespace claimcheck
