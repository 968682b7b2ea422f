#include <gtest/gtest.h>

#include "tests/contract/places.h"

namespace claimcheck {
namespace {

using namespace test;

class TokenListContract : public testing::TestWithParam<PlaceKind> {
 protected:
  std::unique_ptr<Place> place_ = GetParam().make();
  std::unique_ptr<Stores> stores_ = place_->connect();
  TokenStore& tokens_ = stores_->tokens();
};

TEST_P(TokenListContract, ListPagesFromTheNewestToTheOldest) {
  for (const int number : {3, 1, 5, 2, 4}) ASSERT_TRUE(tokens_.add(sample_token(number)));
  const auto page = [&](std::optional<int> before, int limit) {
    const auto id = before ? std::optional{TokenId{sample_uuid(*before)}} : std::nullopt;
    return ids(tokens_.list({.after = id, .limit = limit}));
  };
  EXPECT_EQ(page(std::nullopt, 50), sample_uuids({5, 4, 3, 2, 1}));
  EXPECT_EQ(page(std::nullopt, 2), sample_uuids({5, 4}));
  EXPECT_EQ(page(4, 2), sample_uuids({3, 2}));
  EXPECT_EQ(page(2, 2), sample_uuids({1}));
  EXPECT_EQ(page(1, 2), sample_uuids({}));
  EXPECT_EQ(page(std::nullopt, 0), sample_uuids({}));
}

TEST_P(TokenListContract, ListTellsThoseForWhichEverythingHoldsThatIsAsked) {
  const Time now = tokens_.now();
  const struct {
    int number;
    const char* email;
    std::map<std::string, std::string> facts;
    void (*change)(Token& token, Time now);
  } tokens[] = {
      {1, "ada@example.com", {{"order_id", "7"}, {"job_id", "8"}}, [](Token&, Time) {}},
      {2, "bob@example.com", {{"order_id", "8"}}, [](Token& token, Time) { token.uses = token.max_uses; }},
      {3, "ada@example.com", {{"order_id", "7"}}, [](Token& token, Time time) { token.expires_at = time - seconds{9}; }},
      {4, "ada@example.com", {}, [](Token& token, Time time) { token.revoked_at = time; }},
      {5, "bob@example.com", {{"order_id", "7"}}, [](Token& token, Time) { token.max_uses = token.uses = 0; }},
  };
  for (const auto& each : tokens) {
    Token token = sample_token(each.number);
    token.email = each.email;
    token.facts = each.facts;
    token.revoked_at.reset();
    token.expires_at = now + seconds{1000};
    token.max_uses = 3;
    token.uses = 1;
    each.change(token, now);
    ASSERT_TRUE(tokens_.add(token));
  }
  const struct {
    const char* name;
    TokenQuery query;
    std::vector<int> expected;
  } cases[] = {
      {"all", {}, {5, 4, 3, 2, 1}},
      {"of one person", {.email = "ada@example.com"}, {4, 3, 1}},
      {"of nobody", {.email = "eve@example.com"}, {}},
      {"with a fact", {.fact = {{"order_id", "7"}}}, {5, 3, 1}},
      {"with a fact of another name and that value", {.fact = {{"job_id", "7"}}}, {}},
      {"active", {.state = TokenState::active}, {5, 1}},
      {"used up", {.state = TokenState::used_up}, {2}},
      {"expired", {.state = TokenState::expired}, {3}},
      {"revoked", {.state = TokenState::revoked}, {4}},
      {"of one person, with a fact, active",
       {.email = "ada@example.com", .fact = {{"order_id", "7"}}, .state = TokenState::active},
       {1}},
      {"the second page", {.after = TokenId{sample_uuid(4)}, .email = "ada@example.com", .limit = 1}, {3}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(ids(tokens_.list(c.query)), sample_uuids(c.expected));
  }
}

TEST_P(TokenListContract, ASearchFindsPartsOfNamesAndAddressesAsTheyStand) {
  const struct {
    int number;
    const char *file, *filename, *email;
  } tokens[] = {
      {1, "2026/11/a1b2.zip", "Holiday 100%.zip", "ada@example.com"},
      {2, "2026/12/c3d4.zip", "holiday_100.zip", "bob@example.com"},
      {3, "2026/12/e5f6.zip", "\xc3\x84pfel! \\ 'x'.zip", ""},
      {4, "backup.sql", "backup.sql", "first_last@example.com"},
  };
  for (const auto& each : tokens) {
    Token token = sample_token(each.number);
    token.file = each.file;
    token.filename = each.filename;
    token.email = each.email;
    token.expires_at = tokens_.now() + seconds{1000};
    if (each.number == 2) token.revoked_at = tokens_.now();
    ASSERT_TRUE(tokens_.add(token));
  }
  const struct {
    const char* name;
    TokenQuery query;
    std::vector<int> expected;
  } cases[] = {
      {"a part of a filename", {.search = "liday"}, {2, 1}},
      {"whatever the case of letters", {.search = "HOLIDAY"}, {2, 1}},
      {"a part of the path", {.search = "2026/12/"}, {3, 2}},
      {"a part of an address", {.search = "EXAMPLE.com"}, {4, 2, 1}},
      {"a per cent sign", {.search = "100%"}, {1}},
      {"an underscore", {.search = "y_1"}, {2}},
      {"the sign that takes meanings away", {.search = "!"}, {3}},
      {"a backslash", {.search = "\\"}, {3}},
      {"a quotation mark", {.search = "'x'"}, {3}},
      {"letters beyond A to Z", {.search = "\xc3\x84PFEL"}, {3}},
      {"two per cent signs", {.search = "%%"}, {}},
      {"in no name", {.search = "nosuch"}, {}},
      {"an id", {.search = sample_uuid(3)}, {3}},
      {"a part of an id", {.search = "01890000"}, {}},
      {"with the other filters", {.email = "bob@example.com", .state = TokenState::revoked, .search = "holiday"}, {2}},
      {"with a filter that excludes it", {.state = TokenState::active, .search = sample_uuid(2)}, {}},
      {"the second page", {.after = TokenId{sample_uuid(2)}, .search = "zip", .limit = 1}, {1}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(ids(tokens_.list(c.query)), sample_uuids(c.expected));
  }
}

INSTANTIATE_TEST_SUITE_P(On, TokenListContract, testing::ValuesIn(place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
