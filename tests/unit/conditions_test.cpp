#include "core/conditions.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

using enum ConditionOutcome;

const char* const before = "Wed, 25 Jun 2014 17:12:17 GMT";
const char* const same = "Wed, 25 Jun 2014 17:12:18 GMT";
const char* const after = "Wed, 25 Jun 2014 17:12:19 GMT";

const Validators& file() {
  static const Validators validators{.etag = "\"a,b\"", .last_modified = from_unix(1'403'716'338)};
  return validators;
}

TEST(Conditions, AreEvaluatedInTheOrderOfTheRfc) {
  const struct {
    const char* name;
    Conditions conditions;
    ConditionOutcome expected;
  } cases[] = {
      {"none", {}, proceed},

      {"If-Match names it", {.if_match = "\"a,b\""}, proceed},
      {"If-Match names it in a list", {.if_match = "\"x\", ,\"a,b\" ,\"y\""}, proceed},
      {"If-Match names any", {.if_match = " * "}, proceed},
      {"If-Match names another", {.if_match = "\"x\""}, precondition_failed},
      {"If-Match compares strongly", {.if_match = "W/\"a,b\""}, precondition_failed},
      {"If-Match with the star in a list", {.if_match = "*, \"x\""}, precondition_failed},
      {"If-Match with a quoted star", {.if_match = "\"*\""}, precondition_failed},
      {"If-Match without quotes", {.if_match = "a,b"}, precondition_failed},
      {"If-Match without the closing quote", {.if_match = "\"a,b"}, precondition_failed},
      {"If-Match with an open quote before it", {.if_match = "\", \"a,b\""}, precondition_failed},
      {"If-Match with junk behind the tag", {.if_match = "\"a,b\"x"}, precondition_failed},
      {"If-Match with junk before the tag", {.if_match = "x\"a,b\""}, precondition_failed},
      {"If-Match with junk in another member", {.if_match = "junk, \"a,b\""}, proceed},
      {"If-Match with a part of it", {.if_match = "\"a\", \"b\""}, precondition_failed},
      {"If-Match in another case", {.if_match = "\"A,B\""}, precondition_failed},
      {"If-Match with only commas", {.if_match = " , ,"}, precondition_failed},

      {"If-Unmodified-Since an earlier date", {.if_unmodified_since = before}, precondition_failed},
      {"If-Unmodified-Since the same date", {.if_unmodified_since = same}, proceed},
      {"If-Unmodified-Since a later date", {.if_unmodified_since = after}, proceed},
      {"If-Unmodified-Since garbage", {.if_unmodified_since = "garbage"}, proceed},
      {"If-Match goes before If-Unmodified-Since", {.if_match = "*", .if_unmodified_since = before}, proceed},
      {"a failed If-Match is final", {.if_match = "\"x\"", .if_none_match = "\"a,b\""}, precondition_failed},

      {"If-None-Match names it", {.if_none_match = "\"a,b\""}, not_modified},
      {"If-None-Match compares weakly", {.if_none_match = "W/\"a,b\""}, not_modified},
      {"If-None-Match names it in a list", {.if_none_match = "W/\"x\",W/\"a,b\""}, not_modified},
      {"If-None-Match names any", {.if_none_match = "*"}, not_modified},
      {"If-None-Match names another", {.if_none_match = "\"x\""}, proceed},
      {"If-None-Match with a small w", {.if_none_match = "w/\"a,b\""}, proceed},
      {"If-None-Match is malformed", {.if_none_match = "a,b"}, proceed},

      {"If-Modified-Since an earlier date", {.if_modified_since = before}, proceed},
      {"If-Modified-Since the same date", {.if_modified_since = same}, not_modified},
      {"If-Modified-Since a later date", {.if_modified_since = after}, not_modified},
      {"If-Modified-Since with blanks around", {.if_modified_since = " Wed, 25 Jun 2014 17:12:18 GMT\t"}, not_modified},
      {"If-Modified-Since in the form of RFC 850", {.if_modified_since = "Wednesday, 25-Jun-14 17:12:18 GMT"}, not_modified},
      {"If-Modified-Since in the form of asctime", {.if_modified_since = "Wed Jun 25 17:12:18 2014"}, not_modified},
      {"If-Modified-Since garbage", {.if_modified_since = "yesterday"}, proceed},
      {"If-None-Match goes before If-Modified-Since", {.if_none_match = "\"x\"", .if_modified_since = same}, proceed},

      {"both dates hold", {.if_modified_since = same, .if_unmodified_since = same}, not_modified},
      {"the one that fails is asked first", {.if_modified_since = before, .if_unmodified_since = before}, precondition_failed},
      {"both lists name it", {.if_match = "\"a,b\"", .if_none_match = "\"a,b\""}, not_modified},
      {"If-Range is no condition of its own", {.if_range = "\"x\""}, proceed},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(evaluate(c.conditions, file()), c.expected);
  }
}

TEST(Conditions, LetARangeApplyOnlyToTheSameFile) {
  const struct {
    const char* name;
    std::string if_range;
    bool expected;
  } cases[] = {
      {"no If-Range", "", true},
      {"the same tag", "\"a,b\"", true},
      {"the same tag with blanks around", " \"a,b\"\t", true},
      {"another tag", "\"x\"", false},
      {"its weak twin", "W/\"a,b\"", false},
      {"a list is not allowed", "\"a,b\", \"x\"", false},
      {"the star is not allowed", "*", false},
      {"no quotes", "a,b", false},
      {"only blanks", "  ", false},
      {"the same date", same, true},
      {"the same date in another form", "Wed Jun 25 17:12:18 2014", true},
      {"an earlier date", before, false},
      {"a later date", after, false},
      {"garbage", "garbage", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(range_applies({.if_range = c.if_range}, file()), c.expected);
  }
}

TEST(Conditions, NeverHoldForAnEmptyEntityTag) {
  const Validators untagged{.etag = "", .last_modified = file().last_modified};
  EXPECT_EQ(evaluate({.if_match = "\"\""}, untagged), precondition_failed);
  EXPECT_EQ(evaluate({.if_none_match = "junk"}, untagged), proceed);
  EXPECT_FALSE(range_applies({.if_range = " "}, untagged));
}

}  // namespace
}  // namespace claimcheck
