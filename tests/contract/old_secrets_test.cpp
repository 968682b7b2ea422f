#include <gtest/gtest.h>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using test::sample_token;

class OldSecretsContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
  OldSecrets& old_secrets_ = stores_->old_secrets();
};

TEST_P(OldSecretsContract, ATokenGetsAnotherSecretAndTheOldOneIsRemembered) {
  const Token before = sample_token(1);
  ASSERT_TRUE(tokens_.add(before));
  Token after = before;
  after.digest = Digest::of("another");
  after.max_uses = 7;
  after.bound_to = "somewhere";
  old_secrets_.keep(before.digest, before.id);
  old_secrets_.keep(before.digest, before.id);
  ASSERT_TRUE(tokens_.replace(after));
  ++after.revision;
  EXPECT_EQ(tokens_.find(before.digest), std::nullopt);
  EXPECT_EQ(tokens_.find(after.digest), after);
  EXPECT_EQ(old_secrets_.find_old(before.digest), before.id);
  EXPECT_EQ(old_secrets_.find_old(after.digest), std::nullopt);
}

TEST_P(OldSecretsContract, OldSecretsAreForgottenWithTheirToken) {
  Token token = sample_token(1);
  token.cleaned_at = from_unix(1'000);
  ASSERT_TRUE(tokens_.add(token));
  old_secrets_.keep(Digest::of("old"), token.id);
  EXPECT_EQ(stores_->sweep().forget(from_unix(2'000), 10), 1);
  EXPECT_EQ(old_secrets_.find_old(Digest::of("old")), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(On, OldSecretsContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
