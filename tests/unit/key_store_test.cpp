#include "core/key_store.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

TEST(ApiKey, IsGrantedWhatWordsSayAndTellsItInTheSameWords) {
  const struct {
    const char* word;
    bool known;
  } cases[] = {
      {"issue", true},         {"read", true},     {"manage", true},
      {"privacy", true},       {"metrics", true},  {"storage:backups", true},
      {"storage:Off-1", true}, {"storage", false}, {"storage:", false},
      {"Issue", false},        {"", false},        {"all", false},
  };
  ApiKey key{.id = {}, .name = {}, .digest = Digest::of("key"), .scopes = {}, .created_at = {}};
  std::vector<std::string> expected;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.word);
    EXPECT_EQ(grant(key, c.word), c.known);
    if (c.known) expected.emplace_back(c.word);
  }
  EXPECT_EQ(scope_words(key), expected);
  EXPECT_EQ(key.storages, (std::vector<std::string>{"backups", "Off-1"}));
}

TEST(ApiKey, IsGrantedNothingTwice) {
  ApiKey key{.id = {}, .name = {}, .digest = Digest::of("key")};
  for (const char* word : {"read", "storage:a", "read", "storage:a", "storage:b"}) EXPECT_TRUE(grant(key, word));
  EXPECT_EQ(scope_words(key), (std::vector<std::string>{"read", "storage:a", "storage:b"}));
}

TEST(ApiKey, TellsWhatAnotherMayNot) {
  ApiKey key{.id = {}, .name = {}, .digest = Digest::of("key")}, other = key;
  for (const char* word : {"issue", "privacy", "storage:a", "storage:b"}) grant(key, word);
  for (const char* word : {"manage", "issue", "storage:b"}) grant(other, word);
  EXPECT_EQ(scopes_beyond(key, other), (std::vector<std::string>{"privacy", "storage:a"}));
  EXPECT_EQ(scopes_beyond(key, key), std::vector<std::string>{});
}

TEST(NewKeys, HaveANameScopesAndATextThatOpensThem) {
  const Time now = from_unix(1'800'000'000);
  const NewKey made = make_key("shop \xF0\x9F\x94\x91", {"issue", "storage:backups"}, now, secure_random());
  EXPECT_EQ(made.key.digest, made.text.digest());
  EXPECT_TRUE(is_uuid(made.key.id));
  EXPECT_EQ(made.key.name, "shop \xF0\x9F\x94\x91");
  EXPECT_EQ(scope_words(made.key), (std::vector<std::string>{"issue", "storage:backups"}));
  EXPECT_EQ(made.key.created_at, now);
  EXPECT_EQ(made.key.revoked_at, std::nullopt);
}

TEST(NewKeys, AreRefusedWithTheFieldThatIsWrong) {
  const struct {
    const char* why;
    std::string name;
    std::vector<std::string> scopes;
    const char* field;
  } cases[] = {
      {"no name", "", {"read"}, "name"},
      {"too long a name", std::string(256, 'n'), {"read"}, "name"},
      {"a line break in the name", "a\nb", {"read"}, "name"},
      {"no UTF-8", "\xff", {"read"}, "name"},
      {"no scope", "shop", {}, "scopes"},
      {"no known scope", "shop", {"read", "all"}, "scopes"},
      {"too many", "shop", {"read", "storage:" + std::string(245, 's')}, "scopes"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.why);
    const auto error = test::thrown([&] { make_key(c.name, c.scopes, {}, secure_random()); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code(), Errc::bad_request);
    EXPECT_EQ(test::text_detail(error, "field"), c.field);
  }
  EXPECT_NO_THROW(make_key(std::string(255, 'n'), {"storage:" + std::string(247, 's')}, {}, secure_random()));
}

}  // namespace
}  // namespace claimcheck
