#include <gtest/gtest.h>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

class PaymentsContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  Payments& payments_ = stores_->payments();
};

TEST_P(PaymentsContract, WhatWasTakenBackStaysSoInWhateverOrderTheNewsCome) {
  using enum PaymentState;
  const struct {
    const char* name;
    std::vector<PaymentState> news;
    PaymentState known;
  } cases[] = {
      {"paid", {paid}, paid},
      {"paid, told three times", {paid, paid, paid}, paid},
      {"paid, then refunded", {paid, refunded}, refunded},
      {"refunded before it was paid", {refunded, paid}, refunded},
      {"disputed before it was paid", {disputed, paid, paid}, disputed},
      {"paid, disputed, refunded", {paid, disputed, refunded}, disputed},
      {"paid again after a refund", {paid, refunded, paid}, refunded},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(payments_.find(c.name), std::nullopt);
    for (const PaymentState state : c.news) payments_.note(c.name, state, from_unix(1'800'000'000));
    EXPECT_EQ(payments_.find(c.name), c.known);
    EXPECT_EQ(payments_.note(c.name, paid, from_unix(1'800'000'001)), c.known);
  }
}

INSTANTIATE_TEST_SUITE_P(On, PaymentsContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
