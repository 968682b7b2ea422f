#include "checks/sql_check.h"

#include <gtest/gtest.h>

#include "tests/unit/checks_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using Facts = std::map<std::string, std::string>;

/// Says what it is told to, and keeps what it was asked.
struct FakeDatabase {
  std::optional<Truth> truth = Truth::yes;  ///< nothing: it is down
  std::vector<std::pair<std::string, std::vector<std::string>>> asked;
};

class FakeQuestion final : public Question {
 public:
  explicit FakeQuestion(FakeDatabase& database) : database_(database) {}
  Truth ask(const NamedQuery& query, const std::vector<std::string>& values) override {
    database_.asked.emplace_back(query.statement, values);
    if (!database_.truth) throw Error{Errc::unavailable, "down"};
    return *database_.truth;
  }

 private:
  FakeDatabase& database_;
};

std::unique_ptr<Check> sql_check(FakeDatabase& database, const std::string& query, const std::string& refuse_as = "") {
  return checks::make_sql_check({.query = query, .refuse_as = refuse_as}, std::make_unique<FakeQuestion>(database));
}

TEST(SqlCheck, WhatTheDatabaseSaysIsWhatTheVisitorIsTold) {
  const struct {
    const char* name;
    std::optional<Truth> truth;
    const char* refuse_as;
    std::optional<Errc> expected;
  } cases[] = {
      {"yes", Truth::yes, "", std::nullopt},
      {"no", Truth::no, "", Errc::not_ready},
      {"no, of a payment", Truth::no, "payment_required", Errc::payment_required},
      {"no, of an attachment", Truth::no, "file_not_attached", Errc::file_not_attached},
      {"not yet", Truth::not_yet, "", Errc::not_ready},
      {"not yet, of a payment", Truth::not_yet, "payment_required", Errc::not_ready},
      {"a database that is down", std::nullopt, "payment_required", Errc::unavailable},
  };
  for (const auto& c : cases) {
    FakeDatabase database{.truth = c.truth, .asked = {}};
    EXPECT_EQ(test::told(*sql_check(database, "SELECT 1", c.refuse_as), {.facts = Facts{}}), c.expected) << c.name;
  }
}

TEST(SqlCheck, ValuesAreTheTokensOwnAndItsFacts) {
  FakeDatabase database;
  const auto check = sql_check(database, "SELECT :job_id, :token, :storage, :file, :filename, :policy, :email, :job_id");
  const Facts facts{{"job_id", "42' --"}, {"email", "forged@example.com"}, {"token", "forged"}};
  EXPECT_EQ(test::told(*check, {.token = "id",
                                .storage = "uploads",
                                .file = "a/b.zip",
                                .filename = "b.zip",
                                .policy = "shop",
                                .email = "ada@example.com",
                                .facts = facts}),
            std::nullopt);
  ASSERT_EQ(database.asked.size(), 1U);
  EXPECT_EQ(database.asked[0].first, "SELECT ?, ?, ?, ?, ?, ?, ?, ?");
  EXPECT_EQ(database.asked[0].second,
            (std::vector<std::string>{"42' --", "id", "uploads", "a/b.zip", "b.zip", "shop", "ada@example.com", "42' --"}));
}

TEST(SqlCheck, ATokenWithoutTheFactIsRefusedAndNobodyAsked) {
  FakeDatabase database;
  const Facts facts{{"order_id", "1"}};
  EXPECT_EQ(test::told(*sql_check(database, "SELECT :job_id"), {.facts = facts}), Errc::not_ready);
  EXPECT_EQ(test::told(*sql_check(database, "SELECT :job_id", "payment_required"), {.facts = facts}), Errc::payment_required);
  EXPECT_TRUE(database.asked.empty());
}

TEST(SqlCheck, NeedsTheFactsOfItsQueryOnce) {
  FakeDatabase database;
  EXPECT_EQ(sql_check(database, "SELECT :b, :a, :b, :email, :token, ':c'")->needed_facts(),
            (std::vector<std::string>{"b", "a"}));
}

TEST(SqlCheck, IsRefusedAtTheStartIfItsQueryIsNone) {
  FakeDatabase database;
  const auto error = test::thrown([&] { sql_check(database, "DELETE FROM jobs"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), Errc::bad_request);
}

}  // namespace
}  // namespace claimcheck
