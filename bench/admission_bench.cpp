// What the decision about a request costs, apart from the store: how it grows with the intervals that a claim has covered and
// with the claims of a token, and what it costs to turn them into the text of their column and back.

#include <benchmark/benchmark.h>

#include <string>

#include "core/admission.h"
#include "core/token_json.h"

namespace claimcheck {
namespace {

constexpr std::uint64_t mib = 1024ULL * 1024, size = 4096 * mib;
constexpr FileVersion file{.size = size, .mtime_ns = 7};
const Time start = from_unix(1'800'000'000);

Token fresh(std::int64_t max_uses) {
  return {.id = {"01890000-0000-7000-8000-000000000001"},
          .digest = Digest::of("secret"),
          .storage = "uploads",
          .file = "2026/11/film.bin",
          .filename = "film.bin",
          .version = file,
          .created_at = start,
          .expires_at = start + seconds{86400},
          .max_uses = max_uses};
}

/// A claim of which every other mebibyte is there, in so many runs.
Claim covered_in(std::int64_t intervals) {
  Claim claim{.id = "18qljnpedvgflxrl", .opened = start, .network = "203.0.113.0", .file = file, .last_seen = start};
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(intervals); ++i)
    claim.covered.add({.first = (2 * i + 1) * mib, .length = mib});
  claim.charged = claim.covered.total();
  return claim;
}

Wanted wanted(Range range) {
  return {.delivery = "jlkm72op76q5zjbh", .ranges = {range}, .file = file, .new_claim = "30dd2uuor1853fok"};
}

void decide_on(benchmark::State& state, const Token& token, const Wanted& asked) {
  for (auto _ : state) benchmark::DoNotOptimize(decide(token, asked, start));
}

void AdmitFreshToken(benchmark::State& state) {
  decide_on(state, fresh(1), wanted({.first = 0, .length = size}));
}
BENCHMARK(AdmitFreshToken);

void AdmitToClaimWithIntervals(benchmark::State& state) {
  Token token = fresh(1);
  token.uses = 1;
  token.claims.push_back(covered_in(state.range(0)));
  decide_on(state, token, wanted({.first = size - mib, .length = mib}));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(AdmitToClaimWithIntervals)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Complexity();

void AdmitToTokenWithClaims(benchmark::State& state) {
  Token token = fresh(1000);
  for (std::int64_t i = 0; i < state.range(0); ++i) token.claims.push_back(covered_in(1));
  token.uses = state.range(0);
  decide_on(state, token, wanted({.first = 0, .length = size}));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(AdmitToTokenWithClaims)->Arg(1)->Arg(8)->Arg(32)->Arg(128)->Arg(255)->Complexity();

void SettleIntoIntervals(benchmark::State& state) {
  Token token = fresh(1);
  token.uses = 1;
  token.claims.push_back(covered_in(state.range(0)));
  const Wanted asked = wanted({.first = size - mib, .length = mib});
  const auto admitted = decide(token, asked, start).token;
  if (!admitted) return state.SkipWithError("the last mebibyte was refused");
  token = *admitted;
  const Progress progress{.claim = token.claims.front().id, .delivery = asked.delivery, .ranges = asked.ranges, .sent = mib};
  for (auto _ : state) benchmark::DoNotOptimize(settle(token, progress, start));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(SettleIntoIntervals)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Complexity();

void WriteAndReadClaims(benchmark::State& state) {
  const std::vector<Claim> claims{covered_in(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(decode_claims(encode_claims(claims)));
  state.counters["bytes"] = static_cast<double>(encode_claims(claims).size());
  state.SetComplexityN(state.range(0));
}
BENCHMARK(WriteAndReadClaims)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Complexity();

}  // namespace
}  // namespace claimcheck
