#include <gtest/gtest.h>

#include "core/error.h"
#include "sql/migrate.h"
#include "sql/stores.h"
#include "tests/contract/forwarding_database.h"
#include "tests/contract/places.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using sql::Row;
using sql::Value;
using test::sample_token;

/// Passes everything on to another database, but loses the answers of the next writes, or the writes themselves.
class UnsureDatabase final : public test::ForwardingDatabase {
 public:
  enum class Loss { write, answer };

  UnsureDatabase(sql::Database& sound, Loss loss) : ForwardingDatabase(sound), loss_(loss) {}
  void lose(int count) { left_ = count; }

  std::int64_t execute(std::string_view statement, const std::vector<Value>& values) override {
    if (left_ == 0) return ForwardingDatabase::execute(statement, values);
    --left_;
    if (loss_ == Loss::answer) ForwardingDatabase::execute(statement, values);
    throw sql::InDoubt{};
  }

 private:
  Loss loss_;
  int left_ = 0;
};

class LostAnswer : public testing::TestWithParam<UnsureDatabase::Loss> {
 protected:
  LostAnswer() { sql::migrate(*sound_); }

  test::TemporaryFolder folder_;
  std::unique_ptr<sql::Database> sound_ = test::open_store("sqlite:" + (folder_ / "store.db").string());
  UnsureDatabase unsure_{*sound_, GetParam()};
  sql::SqlTokenStore tokens_{unsure_};
  bool written_ = GetParam() == UnsureDatabase::Loss::answer;
};

TEST_P(LostAnswer, ANewTokenIsAddedOnceWithItsFacts) {
  unsure_.lose(1);
  EXPECT_TRUE(tokens_.add(sample_token(1)));
  EXPECT_EQ(tokens_.find(sample_token(1).id), sample_token(1));
  EXPECT_EQ(sound_->query("SELECT COUNT(*) FROM {facts}"), (std::vector<Row>{{std::int64_t{2}}}));
}

TEST_P(LostAnswer, ATokenWhoseKeysBelongToAnotherIsNotAdded) {
  ASSERT_TRUE(tokens_.add(sample_token(1)));
  Token same_digest = sample_token(2);
  same_digest.digest = sample_token(1).digest;
  if (!written_) unsure_.lose(1);
  EXPECT_FALSE(tokens_.add(same_digest));
  EXPECT_EQ(tokens_.find(same_digest.id), std::nullopt);
}

TEST_P(LostAnswer, AConnectionThatNeverHoldsIsUnavailable) {
  if (written_) return;
  unsure_.lose(1000);
  EXPECT_THROW(tokens_.add(sample_token(1)), Error);
}

TEST_P(LostAnswer, AReplaceMustBeReadAgain) {
  Token token = sample_token(1);
  ASSERT_TRUE(tokens_.add(token));
  token.uses = 2;
  unsure_.lose(1);
  EXPECT_FALSE(tokens_.replace(token));
  EXPECT_EQ(tokens_.find(token.id)->uses, written_ ? 2 : 1);
}

TEST_P(LostAnswer, ADeliveryIsLoggedOnce) {
  sql::SqlDeliveryLog log{unsure_};
  const DeliveryRecord record{.id = "delivery",
                              .token = {"token"},
                              .claim = "",
                              .started = from_unix(1),
                              .ended = from_unix(2),
                              .range = {},
                              .sent = 0,
                              .outcome = Outcome::complete,
                              .network = ""};
  unsure_.lose(1);
  log.append({&record, 1});
  EXPECT_EQ(log.of_token(record.token, 10), std::vector{record});
}

TEST_P(LostAnswer, AKeyIsAddedOnceAndItsRevocationIsKnownOrUnavailable) {
  sql::SqlKeyStore keys{unsure_};
  const ApiKey key{.id = "key",
                   .name = "",
                   .digest = Digest::of("key"),
                   .scopes = {},
                   .created_at = from_unix(1),
                   .revoked_at = std::nullopt};
  unsure_.lose(1);
  EXPECT_TRUE(keys.add(key));
  EXPECT_EQ(keys.list(), std::vector{key});
  unsure_.lose(1);
  if (written_) {
    EXPECT_TRUE(keys.revoke(key.id, from_unix(5)));
  } else {
    EXPECT_THROW(keys.revoke(key.id, from_unix(5)), Error);
  }
  EXPECT_EQ(keys.find(key.digest)->revoked_at.has_value(), written_);
}

INSTANTIATE_TEST_SUITE_P(Of, LostAnswer, testing::Values(UnsureDatabase::Loss::write, UnsureDatabase::Loss::answer),
                         [](const auto& loss) {
                           return std::string{loss.param == UnsureDatabase::Loss::write ? "AWriteNotDone" : "AWriteDone"};
                         });

}  // namespace
}  // namespace claimcheck
