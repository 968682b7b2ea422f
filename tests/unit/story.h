#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "core/admission.h"
#include "tests/unit/fresh_token.h"

namespace claimcheck::test {

inline constexpr std::uint64_t mib = 1024ULL * 1024;

/// A token, a clock, and requests that happen to the token one after the other. Every request is a delivery of its own name.
struct Story {
  std::uint64_t size = 100 * mib;
  FileVersion file{.size = size, .mtime_ns = 7};
  Time start = from_unix(1'800'000'000), now = start;
  Token token = fresh_token(file, start);
  Admission last;
  int requests = 0;

  explicit Story(std::int64_t max_uses = 1) { token.max_uses = max_uses; }

  Admission::Kind ask(Wanted wanted) {
    ++requests;
    wanted.delivery = "delivery" + std::to_string(requests);
    wanted.new_claim = "claim" + std::to_string(requests);
    wanted.file = file;
    last = decide(token, wanted, now);
    if (last.token) token = *last.token;
    return last.kind;
  }
  Admission::Kind ask(std::uint64_t first, std::uint64_t length) { return ask({.ranges = {{first, length}}}); }
  Admission::Kind ask_whole() { return ask(0, size); }
  Admission::Kind ask_whole_by(const std::string& claim) { return ask({.ranges = {{0, size}}, .named_claim = claim}); }

  void pass(int length) { now += seconds{length}; }

  /// How far delivery number `request` has come.
  Progress progress(int request, std::uint64_t sent) const {
    const std::string name = "delivery" + std::to_string(request);
    for (const Claim& claim : token.claims)
      for (const ActiveDelivery& delivery : claim.active)
        if (delivery.id == name) return {.claim = claim.id, .delivery = name, .ranges = delivery.ranges, .sent = sent};
    ADD_FAILURE() << name << " is not active";
    return {};
  }
  void tell(int request, std::uint64_t sent) { token = checkpoint(token, std::array{progress(request, sent)}, now).value(); }
  void end(int request, std::uint64_t sent) { token = settle(token, progress(request, sent), now).value(); }
};

}  // namespace claimcheck::test
