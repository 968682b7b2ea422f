#pragma once

#include <string>
#include <string_view>

#include "core/policy.h"
#include "core/token.h"

namespace claimcheck {

/// What a token keeps of the address that it is bound to: a digest of the token's id and of the address or its network, so that
/// the table tells nothing of who it was. @return 32 hexadecimal digits; empty for BindIp::off
std::string binding_of(const TokenId& token, std::string_view address, BindIp bind_ip);

/// Whether a token may be used from an address: it is not bound, or to this one.
bool may_be_used_from(const Token& token, std::string_view address);

}  // namespace claimcheck
