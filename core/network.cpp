#include "core/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/ascii.h"

namespace claimcheck {
namespace {

template <std::size_t size>
std::string printed(int family, const std::array<unsigned char, size>& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

bool is_address(std::string_view text) {
  const std::string address{text};
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

std::string canonical(std::string_view address) {
  constexpr std::string_view mapped = "::ffff:";
  std::string text{address};
  std::array<unsigned char, 16> v6{};
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) != 1) return text;
  const std::string whole = printed(AF_INET6, v6);
  const bool is_mapped = whole.starts_with(mapped) && whole.find('.') != std::string::npos;
  return is_mapped ? whole.substr(mapped.size()) : whole;
}

std::string anonymised(std::string_view address) {
  const std::string text{address};
  std::array<unsigned char, 4> v4{};
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) {
    v4[3] = 0;
    return printed(AF_INET, v4);
  }
  std::array<unsigned char, 16> v6{};
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) != 1) return "0.0.0.0";
  constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const bool v4_mapped = std::equal(mapped.begin(), mapped.end(), v6.begin());
  std::fill(v6.begin() + (v4_mapped ? 15 : 8), v6.end(), static_cast<unsigned char>(0));
  return printed(AF_INET6, v6);
}

std::string recorded(std::string_view address, IpLog ip_log) {
  const std::string text{address};
  switch (ip_log) {
    case IpLog::none:
      return {};
    case IpLog::anonymised:
      return anonymised(text);
    case IpLog::full:
      return is_address(text) ? text : anonymised(text);
  }
  return {};
}

std::string forgotten(std::string_view recorded) {
  return recorded.empty() ? std::string{} : anonymised(recorded);
}

std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const std::vector<std::string>& trusted_proxies) {
  std::string client = peer;
  while (std::ranges::find(trusted_proxies, client) != trusted_proxies.end() && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::string hop{trim(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1))};
    if (!is_address(hop)) return client;
    client = hop;
    forwarded_for = comma == std::string_view::npos ? std::string_view{} : forwarded_for.substr(0, comma);
  }
  return client;
}

}  // namespace claimcheck
