#pragma once

#include <string_view>

namespace claimcheck {

/// Whether mail can be sent to this address as it stands: "LOCAL@DOMAIN" in US-ASCII, at most 254 octets. LOCAL is a dot-atom
/// of at most 64 octets, so never quoted, and does not begin with "-"; DOMAIN is made of labels of letters, digits and inner
/// hyphens, at most 63 octets each. Such an address is neither an option of a command nor two recipients, and needs no
/// quoting in SMTP and in headers. Stricter than what a token's holder may be called by (core/issue.h). Never throws.
/// Source: RFC 5321 sections 4.1.2 and 4.5.3.1, RFC 5322 section 3.2.3, RFC 1123 section 2.1.
bool is_deliverable(std::string_view address);

}  // namespace claimcheck
