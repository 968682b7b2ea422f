#include "core/network.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

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

/// What WordPress makes of `given`; see tests/data/wordpress/SOURCE.txt.
struct WordPressCase {
  std::string given, anonymised;
};

std::vector<WordPressCase> wordpress_cases(const char* group) {
  std::ifstream file{std::string{CLAIMCHECK_SOURCE_DIR} + "/tests/data/wordpress/anonymised.json"};
  const auto groups = nlohmann::json::parse(file);
  std::vector<WordPressCase> cases;
  for (const auto& each : groups.at(group)) cases.push_back({.given = each.at("given"), .anonymised = each.at("anonymised")});
  EXPECT_FALSE(cases.empty()) << group;
  return cases;
}

TEST(Network, WordPressLeavesAsMuchOfEveryAddress) {
  for (const char* group : {"addresses", "no addresses"})
    for (const WordPressCase& c : wordpress_cases(group)) EXPECT_EQ(anonymised(c.given), c.anonymised) << c.given;
}

TEST(Network, WhereWordPressLooksForAnAddressInSomethingElseLessIsLeft) {
  for (const WordPressCase& c : wordpress_cases("deprecated, IPv4-compatible")) EXPECT_EQ(anonymised(c.given), "::") << c.given;
  for (const WordPressCase& c : wordpress_cases("with something around them"))
    EXPECT_EQ(anonymised(c.given), "0.0.0.0") << c.given;
}

TEST(Network, WhatIsRecordedIsForTheOperatorToSay) {
  const struct {
    const char* address;
    const char* anonymised;
    const char* full;
  } cases[] = {
      {"203.0.113.77", "203.0.113.0", "203.0.113.77"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1:2:3:4:5:6"},
      {"", "0.0.0.0", "0.0.0.0"},
      {"<script>", "0.0.0.0", "0.0.0.0"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.address);
    EXPECT_EQ(recorded(c.address, IpLog::none), "");
    EXPECT_EQ(recorded(c.address, IpLog::anonymised), c.anonymised);
    EXPECT_EQ(recorded(c.address, IpLog::full), c.full);
    for (const IpLog each : {IpLog::anonymised, IpLog::full})
      EXPECT_EQ(forgotten(recorded(c.address, each)), c.anonymised) << "once, and again";
  }
  EXPECT_EQ(forgotten(recorded("203.0.113.77", IpLog::none)), "");
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
