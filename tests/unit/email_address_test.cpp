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

}  // namespace
}  // namespace claimcheck
