#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/admission_steps.h"

namespace claimcheck {
namespace {

using namespace test;
using Kind = Admission::Kind;

/// Random clients on a random token. Whoever sends is honest about how much; everything else is up to chance.
class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_(seed), token_(token_of(size_, static_cast<std::int64_t>(pick(4)) + 1)) {}

  void step() {
    now_ += seconds{pick(10) == 0 ? pick(900) : pick(8)};
    switch (pick(5)) {
      case 0:
        return request({{0, size_}});
      case 1:
        return request({});
      case 2: {
        const std::uint64_t first = pick(size_);
        return request({{first, 1 + pick(size_ - first)}, {0, pick(2)}});
      }
      default:
        return move();
    }
  }

  void check() const {
    ASSERT_LE(token_.uses, token_.max_uses);
    ASSERT_GE(token_.uses, std::ssize(token_.claims)) << "every open claim is a use";
    for (const Claim& claim : token_.claims) {
      ASSERT_LE(claim.charged, budget(size_, token_.rules));
      ASSERT_LE(claim.covered.total(), std::min(claim.charged, size_)) << "nothing is covered that was not paid for";
      ASSERT_EQ(claim.completed.has_value(), claim.covered.covers(size_));
    }
  }

  std::int64_t opened() const { return opened_; }
  std::int64_t admitted() const { return admitted_; }
  std::int64_t refused() const { return refused_; }

 private:
  static constexpr std::uint64_t size_ = 40 * mib;

  std::uint64_t pick(std::uint64_t below) { return std::uniform_int_distribution<std::uint64_t>{0, below - 1}(random_); }

  static bool begins(const std::vector<Range>& ranges) {
    return std::ranges::any_of(ranges, [](const Range& range) { return range.first == 0; });
  }

  void request(std::vector<Range> ranges) {
    std::erase_if(ranges, [](const Range& range) { return range.length == 0; });
    const std::string name = std::to_string(++names_);
    const std::string claim = token_.claims.empty() || pick(2) == 0 ? "" : token_.claims[pick(token_.claims.size())].id;
    const Admission admission = ask(token_, name, ranges, now_, claim);
    opened_ += admission.kind == Kind::opened ? 1 : 0;
    ++(admission.kind == Kind::refused ? refused_ : admitted_);
    if (admission.kind == Kind::refused || !begins(ranges)) return;
    for (const Claim& each : token_.claims) {
      if (each.id != admission.claim) continue;
      const auto moving_from_start = std::ranges::count_if(each.active, [&](const ActiveDelivery& delivery) {
        return begins(delivery.ranges) && now_ - delivery.last_progress < counting::stalled_after;
      });
      ASSERT_EQ(moving_from_start, 1) << "it is the only one";
    }
  }

  /// One of the deliveries under way goes on, ends, or ends twice.
  void move() {
    if (token_.claims.empty()) return;
    const Claim& claim = token_.claims[pick(token_.claims.size())];
    if (claim.active.empty()) return;
    const ActiveDelivery delivery = claim.active[pick(claim.active.size())];
    const std::uint64_t length = total_length(delivery.ranges);
    const std::uint64_t sent = pick(2) == 0 ? length : delivery.sent + pick(length - delivery.sent + 1);
    const Progress reached{.claim = claim.id, .delivery = delivery.id, .ranges = delivery.ranges, .sent = sent};
    if (pick(2) == 0) {
      token_ = checkpoint(token_, {&reached, 1}, now_).value();
    } else {
      token_ = settle(token_, reached, now_).value();
      ASSERT_FALSE(settle(token_, reached, now_).has_value());
    }
  }

  std::mt19937 random_;
  Token token_;
  Time now_ = start;
  int names_ = 0;
  std::int64_t opened_ = 0, admitted_ = 0, refused_ = 0;
};

TEST(AdmissionWalk, NoTwentyThousandStepsOfAnyKindBreakALimit) {
  std::int64_t opened = 0, admitted = 0, refused = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    Walk walk{seed};
    for (int i = 0; i < 100; ++i) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", step " << i);
      walk.step();
      walk.check();
      if (HasFatalFailure()) return;
    }
    opened += walk.opened();
    admitted += walk.admitted();
    refused += walk.refused();
  }
  EXPECT_GT(opened, 200);
  EXPECT_GT(admitted, 3000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace claimcheck
