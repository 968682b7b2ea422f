#include "fcgi/json_body.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

/// The field that is blamed when `text` is read with one text "a", one number "n" and one object "o"; empty if none.
std::string blamed(const std::string& text) {
  try {
    JsonBody body{text};
    body.take_text("a");
    body.take_number("n");
    body.take_texts("o");
    body.require_nothing_else();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::bad_request);
    return std::get<std::string>(error.details().at(0).second);
  }
  return {};
}

TEST(JsonBody, NamesTheMemberThatIsNotAsItShouldBe) {
  const struct {
    const char* name;
    std::string text;
    const char* field;
  } cases[] = {
      {"everything", R"({"a":"x","n":5,"o":{"k":"v"}})", ""},
      {"nothing", "{}", ""},
      {"the largest number", R"({"n":9223372036854775807})", ""},
      {"beyond it", R"({"n":9223372036854775808})", "n"},
      {"a fraction without a fraction", R"({"n":1.0})", "n"},
      {"an exponent", R"({"n":1e3})", "n"},
      {"true", R"({"n":true})", "n"},
      {"a number for a text", R"({"a":1})", "a"},
      {"null", R"({"a":null})", "a"},
      {"a doubled member", R"({"a":"x","a":"y"})", "a"},
      {"a doubled member inside", R"({"o":{"k":"v","k":"w"}})", "k"},
      {"an unknown member", R"({"b":1})", "b"},
      {"an object of numbers", R"({"o":{"k":1}})", "o"},
      {"a comma too many", R"({"a":"x",})", "body"},
      {"a list", R"(["a"])", "body"},
      {"a text", R"("a")", "body"},
      {"very deep", R"({"a":)" + std::string(100'000, '['), "body"},
      {"a leading zero", R"({"n":01})", "body"},
      {"not a number", R"({"n":NaN})", "body"},
      {"a broken escape", R"({"a":"\ud800"})", "body"},
      {"a comment", R"({/*x*/})", "body"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(blamed(c.text), c.field);
  }
}

}  // namespace
}  // namespace claimcheck::fcgi
