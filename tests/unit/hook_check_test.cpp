#include "checks/hook_check.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/checks_fixture.h"

namespace claimcheck {
namespace {

using nlohmann::json;

const std::map<std::string, std::string> facts{{"order_id", "7 \"seven\"\n"}};
const CheckSubject subject{.token = "id",
                           .storage = "uploads",
                           .file = "a/b.zip",
                           .filename = "b.zip",
                           .policy = "shop",
                           .email = "ada@example.com",
                           .facts = facts};

class HookCheck : public testing::Test {
 protected:
  std::unique_ptr<Check> check(CheckSettings settings = {}) {
    settings.kind = CheckSettings::Kind::hook;
    settings.url = "https://shop.example.com/may?site=1";
    return checks::make_hook_check(settings, web_.client(), clocks_.clocks());
  }
  void answer(int status) { web_.answers["https://shop.example.com/may?site=1"] = {.status = status, .body = "yes"}; }

  test::FakeWeb web_;
  test::FakeClocks clocks_;
};

TEST_F(HookCheck, TheStatusIsTheAnswer) {
  const struct {
    int status;
    std::optional<Errc> expected;
  } cases[] = {
      {200, std::nullopt},           {201, std::nullopt},           {204, std::nullopt},
      {299, std::nullopt},           {400, Errc::payment_required}, {401, Errc::payment_required},
      {402, Errc::payment_required}, {403, Errc::payment_required}, {404, Errc::payment_required},
      {410, Errc::payment_required}, {499, Errc::payment_required}, {425, Errc::not_ready},
      {408, Errc::unavailable},      {429, Errc::unavailable},      {100, Errc::unavailable},
      {101, Errc::unavailable},      {301, Errc::unavailable},      {302, Errc::unavailable},
      {304, Errc::unavailable},      {307, Errc::unavailable},      {500, Errc::unavailable},
      {503, Errc::unavailable},      {600, Errc::unavailable},      {0, Errc::unavailable},
      {-1, Errc::unavailable},       {999, Errc::unavailable},
  };
  for (const auto& c : cases) {
    answer(c.status);
    EXPECT_EQ(test::told(*check(), subject), c.expected) << c.status;
  }
  answer(404);
  EXPECT_EQ(test::told(*check({.refuse_as = "file_not_attached"}), subject), Errc::file_not_attached);
}

TEST_F(HookCheck, AServerThatCannotBeReachedIsNoYes) {
  EXPECT_EQ(test::told(*check(), subject), Errc::unavailable);
  EXPECT_TRUE(check()->needed_facts().empty());
}

TEST_F(HookCheck, TellsWhatIsKnownOfTheToken) {
  answer(200);
  test::told(*check(), subject);
  ASSERT_EQ(web_.asked.size(), 1U);
  EXPECT_EQ(web_.asked[0].method, "POST");
  EXPECT_EQ(json::parse(web_.asked[0].body), (json{{"token", "id"},
                                                   {"storage", "uploads"},
                                                   {"file", "a/b.zip"},
                                                   {"filename", "b.zip"},
                                                   {"policy", "shop"},
                                                   {"email", "ada@example.com"},
                                                   {"facts", {{"order_id", "7 \"seven\"\n"}}}}));
  EXPECT_EQ(web_.asked[0].headers, (std::vector<std::pair<std::string, std::string>>{{"Content-Type", "application/json"}}));
}

TEST_F(HookCheck, SignsItIfThereIsAKey) {
  // printf '1800000000.{…}' | openssl dgst -sha256 -hmac 'key'
  answer(200);
  const CheckSubject short_subject{.facts = std::map<std::string, std::string>{}};
  test::told(*check({.secret_key = "key"}), short_subject);
  ASSERT_EQ(web_.asked.size(), 1U);
  EXPECT_EQ(web_.asked[0].body, R"({"token":"","storage":"","file":"","filename":"","policy":"","email":"","facts":{}})");
  EXPECT_EQ(web_.asked[0].headers.at(1),
            (std::pair<std::string, std::string>{
                "Claimcheck-Signature", "t=1800000000,v1=46b0c3bf554df3ea54bacacba4f8dd1aa029976415e22cab7b98ac5beae2b5f7"}));
}

TEST_F(HookCheck, RemembersAYesForItsSecondsAndForThatTokenOnly) {
  answer(200);
  const auto hook = check({.remember = seconds{5}});
  EXPECT_EQ(test::told(*hook, subject), std::nullopt);
  web_.answers.clear();
  clocks_.steady += seconds{4};
  EXPECT_EQ(test::told(*hook, subject), std::nullopt);
  EXPECT_EQ(test::told(*hook, {.token = "other", .facts = facts}), Errc::unavailable);
  clocks_.steady += seconds{1};
  EXPECT_EQ(test::told(*hook, subject), Errc::unavailable);
}

TEST_F(HookCheck, RemembersNoNo) {
  answer(404);
  const auto hook = check({.remember = seconds{5}});
  EXPECT_EQ(test::told(*hook, subject), Errc::payment_required);
  answer(200);
  EXPECT_EQ(test::told(*hook, subject), std::nullopt);
}

TEST_F(HookCheck, RemembersNothingIfItIsNotTo) {
  answer(200);
  const auto hook = check({.remember = seconds{0}});
  EXPECT_EQ(test::told(*hook, subject), std::nullopt);
  answer(404);
  EXPECT_EQ(test::told(*hook, subject), Errc::payment_required);
}

}  // namespace
}  // namespace claimcheck
