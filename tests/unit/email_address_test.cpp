#include "core/email_address.h"

#include <gtest/gtest.h>

#include <string>

namespace claimcheck {
namespace {

TEST(EmailAddress, IsDeliverableIfItIsOnePlainAddress) {
  const std::string label63(63, 'a'), label64(64, 'a');
  const struct {
    const char* name;
    std::string address;
    bool deliverable;
  } cases[] = {
      {"a plain address", "ada@example.com", true},
      {"a tag", "ada+shop@example.com", true},
      {"dots inside", "ada.king.lovelace@mail.example.com", true},
      {"every sign of an atom", "!#$%&'*+-/=?^_`{|}~@example.com", true},
      {"a host of one label", "root@localhost", true},
      {"a punycode domain", "ada@xn--bcher-kva.example", true},
      {"a hyphen inside a label", "ada@my-shop.example", true},
      {"a label of 63", "a@" + label63, true},
      {"a label of 64", "a@" + label64, false},
      {"a local part of 64", label64 + "@example.com", true},
      {"a local part of 65", label64 + "a@example.com", false},
      {"254 octets", "a@" + label63 + "." + label63 + "." + label63 + "." + std::string(60, 'a'), true},
      {"255 octets", "a@" + label63 + "." + label63 + "." + label63 + "." + std::string(61, 'a'), false},
      {"nothing", "", false},
      {"no at sign", "ada", false},
      {"two at signs", "ada@example.com@example.org", false},
      {"no local part", "@example.com", false},
      {"no domain", "ada@", false},
      {"an option", "-oQ/tmp@example.com", false},
      {"a hyphen first in a label", "ada@-example.com", false},
      {"a hyphen last in a label", "ada@example-.com", false},
      {"a dot first", ".ada@example.com", false},
      {"a dot last", "ada.@example.com", false},
      {"two dots", "ada..king@example.com", false},
      {"a domain with a dot last", "ada@example.com.", false},
      {"a domain with two dots", "ada@example..com", false},
      {"a quoted local part", "\"ada king\"@example.com", false},
      {"a domain literal", "ada@[127.0.0.1]", false},
      {"a display name", "Ada <ada@example.com>", false},
      {"two recipients", "ada@example.com,bob@example.com", false},
      {"two recipients with a semicolon", "ada@example.com;bob@example.com", false},
      {"an escaped line break stands for itself", "ada%0aBcc:@example.com", false},
      {"a line break", "ada@example.com\r\nRCPT TO:<bob@example.com>", false},
      {"a line feed last", "ada@example.com\n", false},
      {"a zero octet", std::string("ada\0@example.com", 16), false},
      {"a zero octet last", std::string("ada@example.com\0", 16), false},
      {"a space", "ada king@example.com", false},
      {"a space last", "ada@example.com ", false},
      {"umlauts",
       "b\xC3\xBC"
       "cher@example.com",
       false},
      {"an umlaut domain",
       "ada@b\xC3\xBC"
       "cher.example",
       false},
      {"a line separator", "ada\xE2\x80\xA8@example.com", false},
      {"a right-to-left mark", "ada@exam\xE2\x80\x8Fple.com", false},
      {"a source route", "@example.org:ada@example.com", false},
      {"a comment", "ada(king)@example.com", false},
      {"an underscore in the domain", "ada@my_shop.example", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(is_deliverable(c.address), c.deliverable);
  }
}

TEST(EmailAddress, MayHaveANameBeforeIt) {
  const std::string address = "ada@example.com";
  const struct {
    const char* name;
    std::string text;
    std::optional<Mailbox> mailbox;
  } cases[] = {
      {"an address", "ada@example.com", Mailbox{"", address}},
      {"spaces around it", " \tada@example.com ", Mailbox{"", address}},
      {"angle brackets", "<ada@example.com>", Mailbox{"", address}},
      {"a name", "Ada <ada@example.com>", Mailbox{"Ada", address}},
      {"a name of several words", " Ada  King <ada@example.com> ", Mailbox{"Ada  King", address}},
      {"a name without a space behind it", "Ada<ada@example.com>", Mailbox{"Ada", address}},
      {"a comma in the name", "King, Ada <ada@example.com>", Mailbox{"King, Ada", address}},
      {"an umlaut in the name", "Müller <ada@example.com>", Mailbox{"Müller", address}},
      {"an at sign in the name", "ada@home <ada@example.com>", Mailbox{"ada@home", address}},
      {"nothing", "", std::nullopt},
      {"a name alone", "Ada", std::nullopt},
      {"nothing in the brackets", "Ada <>", std::nullopt},
      {"no closing bracket", "Ada <ada@example.com", std::nullopt},
      {"no opening bracket", "Ada ada@example.com>", std::nullopt},
      {"something behind it", "<ada@example.com> Ada", std::nullopt},
      {"two addresses", "<ada@example.com><bob@example.com>", std::nullopt},
      {"a list", "ada@example.com, bob@example.com", std::nullopt},
      {"a space in the brackets", "Ada < ada@example.com>", std::nullopt},
      {"quotes", "\"Ada\" <ada@example.com>", std::nullopt},
      {"a header in the name", "Ada\r\nBcc: bob@example.com <ada@example.com>", std::nullopt},
      {"a zero octet in the name", std::string("A\0da <ada@example.com>", 22), std::nullopt},
      {"a name that is no UTF-8", "\xff <ada@example.com>", std::nullopt},
      {"an option", "Ada <-oQ/tmp@example.com>", std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(parse_mailbox(c.text), c.mailbox);
  }
}

TEST(EmailAddress, HasItsDomainBehindTheAtSign) {
  EXPECT_EQ(domain_of("ada@example.com"), "example.com");
  EXPECT_EQ(domain_of("root@localhost"), "localhost");
}

}  // namespace
}  // namespace claimcheck
