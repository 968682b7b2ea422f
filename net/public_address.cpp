#include "net/public_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace claimcheck::net {
namespace {

using V4 = std::array<std::uint8_t, 4>;
using V6 = std::array<std::uint8_t, 16>;

template <std::size_t size>
struct Network {
  std::array<std::uint8_t, size> first;
  unsigned bits;

  bool has(const std::array<std::uint8_t, size>& address) const {
    for (unsigned bit = 0; bit < bits; ++bit) {
      const unsigned byte = bit / 8, mask = 0x80U >> bit % 8;
      if (((first[byte] ^ address[byte]) & mask) != 0) return false;
    }
    return true;
  }
};

constexpr Network<4> not_public_v4[] = {
    {{0, 0, 0, 0}, 8},        // this network
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // between a provider and its customers
    {{127, 0, 0, 0}, 8},      // this machine
    {{169, 254, 0, 0}, 16},   // the link; metadata of clouds
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation
    {{192, 88, 99, 0}, 24},   // relays of 6to4
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // measurements
    {{198, 51, 100, 0}, 24},  // documentation
    {{203, 0, 113, 0}, 24},   // documentation
    {{224, 0, 0, 0}, 3},      // multicast, reserved, broadcast
};

/// Everything outside of it is reserved, of this machine, of a link or private.
constexpr Network<16> unicast_v6{{0x20}, 3};

constexpr Network<16> not_public_v6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments; Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

/// An IPv6 network whose addresses contain one of IPv4, from that byte on.
struct Embedding {
  Network<16> network;
  std::size_t offset;
};

constexpr Embedding embeddings[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // IPv4-mapped
    {{{0, 0x64, 0xff, 0x9b}, 96}, 12},                       // NAT64
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
};

bool is_public(const V4& address) {
  return std::ranges::none_of(not_public_v4, [&](const Network<4>& network) { return network.has(address); });
}

bool is_public(const V6& address) {
  for (const Embedding& embedding : embeddings) {
    if (!embedding.network.has(address)) continue;
    V4 inside{};
    std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(embedding.offset), inside.size(), inside.begin());
    return is_public(inside);
  }
  return unicast_v6.has(address) &&
         std::ranges::none_of(not_public_v6, [&](const Network<16>& network) { return network.has(address); });
}

}  // namespace

bool is_public_address(const std::string& address) {
  V4 v4{};
  if (inet_pton(AF_INET, address.c_str(), v4.data()) == 1) return is_public(v4);
  V6 v6{};
  return inet_pton(AF_INET6, address.c_str(), v6.data()) == 1 && is_public(v6);
}

}  // namespace claimcheck::net
