#include "core/binding.h"

#include "core/network.h"
#include "core/secret.h"

namespace claimcheck {

std::string binding_of(const TokenId& token, std::string_view address, BindIp bind_ip) {
  constexpr std::size_t kept = 32;
  if (bind_ip == BindIp::off) return {};
  const std::string one = canonical(address);
  const std::string from = bind_ip == BindIp::network ? anonymised(one) : one;
  return Digest::of(token.text + " " + from).hex().substr(0, kept);
}

bool may_be_used_from(const Token& token, std::string_view address) {
  return token.rules.bind_ip == BindIp::off || token.bound_to.empty() ||
         token.bound_to == binding_of(token.id, address, token.rules.bind_ip);
}

}  // namespace claimcheck
