#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claimcheck {

/// An address with the name that mail programs show for it; the name may be empty.
struct Mailbox {
  std::string name, address;

  bool operator==(const Mailbox&) const = default;
};

/// Whether `text` may be kept as somebody's address: one "@" with something on both sides, at most 254 octets of UTF-8 (RFC
/// 5321 section 4.5.3.1.3), nothing that could set several apart.
bool is_email(std::string_view text);

/// Whether a mail server can be given this address as it stands: an ASCII dot-atom before the @, a host name after it, at most
/// 254 octets, no "-" at the beginning. So it can be neither an option of a program nor a second recipient.
/// Source: RFC 5321 section 4.1.2 without quoted local parts and address literals.
bool is_deliverable(std::string_view address);

/// "ada@example.com" or "Ada <ada@example.com>". @return nothing if the address is not deliverable or the name has a control
/// octet, quotes or angle brackets.
std::optional<Mailbox> parse_mailbox(std::string_view text);

/// The part after the "@".
std::string_view domain_of(std::string_view address);

}  // namespace claimcheck
