#include <gtest/gtest.h>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using test::sample_uuid;

class KeyStoreContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  KeyStore& keys_ = stores_->keys();
};

ApiKey sample_key(int number) {
  return {.id = sample_uuid(number),
          .name = "shop \xF0\x9F\x94\x91 plug-in's key ",
          .digest = Digest::of("key " + std::to_string(number)),
          .scopes = {Scope::issue, Scope::read, Scope::manage},
          .created_at = from_unix(1'800'000'000 - number),
          .revoked_at = std::nullopt};
}

TEST_P(KeyStoreContract, EveryMemberComesBackAsItWasAdded) {
  ApiKey scopeless = sample_key(2), revoked = sample_key(3), backups = sample_key(4);
  scopeless.scopes.clear();
  scopeless.name.clear();
  revoked.scopes = {Scope::read};
  backups.scopes = {Scope::metrics};
  backups.storages = {"backups", "Off-site_2"};
  revoked.revoked_at = from_unix(1'800'000'100);
  for (const ApiKey& key : {sample_key(1), scopeless, revoked, backups}) {
    EXPECT_TRUE(keys_.add(key));
    EXPECT_EQ(keys_.find(key.digest), key);
  }
  EXPECT_EQ(keys_.find(Digest::of("another")), std::nullopt);
  EXPECT_EQ(keys_.find(revoked.id), revoked);
  EXPECT_EQ(keys_.find(sample_uuid(5)), std::nullopt);
  EXPECT_EQ(keys_.list(), (std::vector{backups, revoked, scopeless, sample_key(1)})) << "the oldest first";
}

TEST_P(KeyStoreContract, AKeyIsAddedOnce) {
  ASSERT_TRUE(keys_.add(sample_key(1)));
  ApiKey same_id = sample_key(2), same_digest = sample_key(3);
  same_id.id = sample_key(1).id;
  same_digest.digest = sample_key(1).digest;
  EXPECT_FALSE(keys_.add(sample_key(1)));
  EXPECT_FALSE(keys_.add(same_id));
  EXPECT_FALSE(keys_.add(same_digest));
  EXPECT_EQ(keys_.list(), std::vector{sample_key(1)});
}

TEST_P(KeyStoreContract, AKeyIsRevokedOnce) {
  ApiKey key = sample_key(1);
  ASSERT_TRUE(keys_.add(key));
  const Time now = from_unix(1'800'000'500);
  EXPECT_TRUE(keys_.revoke(key.id, now));
  EXPECT_FALSE(keys_.revoke(key.id, now + seconds{1}));
  EXPECT_FALSE(keys_.revoke(sample_uuid(2), now));
  key.revoked_at = now;
  EXPECT_EQ(keys_.find(key.digest), key);
}

INSTANTIATE_TEST_SUITE_P(On, KeyStoreContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
