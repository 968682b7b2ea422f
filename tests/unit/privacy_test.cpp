#include "core/privacy.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/representation.h"
#include "tests/fakes.h"
#include "tests/unit/fresh_token.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

const Time now = from_unix(1'800'000'000);
const std::string ada = "ada@example.com";

Token token_of(int number, const std::string& email) {
  Token token = test::fresh_token({.size = 1000, .mtime_ns = 7}, now);
  token.id = {"01890000-0000-7000-8000-" + std::to_string(100'000'000'000 + number)};
  token.digest = Digest::of(token.id.text);
  token.email = email;
  return token;
}

TEST(Privacy, AnAddressIsOneAndHasNoCapitals) {
  EXPECT_EQ(sought_address(" Ada@Example.COM "), ada);
  for (const char* text : {"", " ", "ada", "@", "ada@", "@example.com", "a@b,c@d", "ada@example.com\n"}) {
    const auto error = test::thrown([&] { sought_address(text); });
    ASSERT_TRUE(error.has_value()) << text;
    EXPECT_EQ(error->code(), Errc::bad_request) << text;
  }
}

TEST(Privacy, APersonIsWhoHasTheAddressHoweverItIsWritten) {
  const struct {
    const char* text;
    bool same;
  } cases[] = {{"ada@example.com", true},
               {"ADA@example.COM", true},
               {"ada@example.com  ", true},
               {" ada@example.com", false},
               {"ada@example.co", false},
               {"xada@example.com", false},
               {"", false},
               {"Ada <ada@example.com>", false}};
  for (const auto& c : cases) EXPECT_EQ(is_address(c.text, ada), c.same) << c.text;
}

TEST(Privacy, ATokenWithoutItsPersonOpensTheSameFileAsOften) {
  Token token = token_of(1, "Ada@Example.com");
  token.facts = {{"order_id", "1001"}, {"customer", "ADA@example.com"}};
  token.uses = 1;
  token.claims = {{.id = "claim", .opened = now, .network = "203.0.113.77", .last_seen = now},
                  {.id = "other", .opened = now, .network = "", .last_seen = now}};
  token.claims[0].active = {{.id = "delivery", .ranges = {{.first = 0, .length = 5}}, .network = "2001:db8:1:2:3:4:5:6"}};
  Token expected = token;
  expected.email.clear();
  expected.facts.erase("customer");
  expected.claims[0].network = "203.0.113.0";
  expected.claims[0].active[0].network = "2001:db8:1:2::";
  EXPECT_EQ(without_person(token, ada), expected);
  EXPECT_EQ(without_person(expected, ada), std::nullopt);
  Token of_bob = token;
  of_bob.email = "bob@example.com";
  EXPECT_EQ(without_person(of_bob, ada)->email, "bob@example.com") << "only a fact of it was about Ada";
}

TEST(Privacy, AnExportHasEverythingOnceOnPagesOfAHundred) {
  test::Memory memory;
  test::MemoryTokenStore tokens{memory};
  test::MemoryDeliveryLog log{memory};
  test::MemoryOutbox outbox{memory};
  test::MemoryPrivacy privacy{memory};
  for (int number = 0; number < 130; ++number) {
    const Token token = token_of(number, number == 7 ? "bob@example.com" : ada);
    ASSERT_TRUE(tokens.add(token));
    const DeliveryRecord delivery{.id = "d" + token.id.text, .token = token.id, .started = now, .ended = now};
    log.append({&delivery, 1});
  }
  const RefusalRecord refusal{.token = token_of(3, ada).id, .error = "token_expired", .first = now, .last = now};
  log.count({&refusal, 1});
  const Mail mail{.id = "mail", .about = "x", .recipient = ada, .created_at = now, .next_at = now};
  outbox.add({&mail, 1});

  std::set<std::pair<std::string_view, std::string>> told;
  std::vector<std::size_t> sizes;
  for (std::int64_t page = 1;; ++page) {
    const Exported exported = export_person(privacy, ada, page, now);
    sizes.push_back(exported.items.size());
    for (const PersonalItem& item : exported.items) EXPECT_TRUE(told.emplace(item.group, item.id).second) << item.id;
    if (exported.done) break;
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{100, 100, 60}));
  EXPECT_EQ(told.size(), 129U + 129U + 2U);
  EXPECT_TRUE(export_person(privacy, ada, 4, now).items.empty());
  EXPECT_TRUE(export_person(privacy, "nobody@example.com", 1, now).done);
  for (const std::int64_t page : {0L, -1L, 1'000'001L})
    EXPECT_TRUE(test::thrown([&] { export_person(privacy, ada, page, now); }).has_value()) << page;
}

TEST(Privacy, BothAnswersHaveTheShapeThatWordPressWants) {
  const Exported exported{.items = {{.group = "g", .label = "Group", .id = "1", .details = {{"Name", "va\"lue"}, {"N", ""}}}},
                          .done = true};
  EXPECT_EQ(represent(exported).dump(),
            R"({"data":[{"group_id":"g","group_label":"Group","item_id":"1","data":[{"name":"Name","value":"va\"lue"},)"
            R"({"name":"N","value":""}]}],"done":true})");
  EXPECT_EQ(represent(Exported{.done = true}).dump(), R"({"data":[],"done":true})");
  EXPECT_EQ(represent(Erased{.links = 1, .messages = {"left"}, .done = false}).dump(),
            R"({"items_removed":true,"items_retained":true,"messages":["left"],"done":false})");
  EXPECT_EQ(represent(Erased{.done = true}).dump(),
            R"({"items_removed":false,"items_retained":false,"messages":[],"done":true})");
}

TEST(Privacy, WhatStillMentionsTheAddressIsTold) {
  test::Memory memory;
  test::MemoryTokenStore tokens{memory};
  test::MemoryPrivacy privacy{memory};
  Token token = token_of(1, ada);
  token.facts = {{"note", "for Ada <ADA@example.com>"}};
  ASSERT_TRUE(tokens.add(token));
  const Erased erased = erase_person(privacy, privacy, tokens, [](std::chrono::milliseconds) {}, ada);
  EXPECT_EQ(erased.links, 1);
  ASSERT_EQ(erased.messages.size(), 1U);
  EXPECT_NE(erased.messages[0].find(token.id.text), std::string::npos);
  EXPECT_EQ(erased.messages[0].find(ada), std::string::npos);
}

}  // namespace
}  // namespace claimcheck
