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

/// {"b":{"b":{"b": … never closed.
std::string deep_objects(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += R"({"b":)";
  return text;
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
      {"beyond 64 bits", R"({"n":18446744073709551616})", "n"},
      {"the smallest number", R"({"n":-9223372036854775808})", ""},
      {"below it", R"({"n":-9223372036854775809})", "n"},
      {"a fraction without a fraction", R"({"n":1.0})", "n"},
      {"an exponent", R"({"n":1e3})", "n"},
      {"true", R"({"n":true})", "n"},
      {"a number for a text", R"({"a":1})", "a"},
      {"null", R"({"a":null})", "a"},
      {"null for a number", R"({"n":null})", "n"},
      {"null for an object", R"({"o":null})", "o"},
      {"a doubled member", R"({"a":"x","a":"y"})", "a"},
      {"a doubled member inside", R"({"o":{"k":"v","k":"w"}})", "k"},
      {"a doubled member, once escaped", R"({"a":"x","\u0061":"y"})", "a"},
      {"a doubled member that is unknown", R"({"b":[{"c":1,"c":2}]})", "c"},
      {"the same member of two objects", R"({"a":"k","o":{"a":"v"}})", ""},
      {"an unknown member", R"({"b":1})", "b"},
      {"an object of numbers", R"({"o":{"k":1}})", "o"},
      {"a comma too many", R"({"a":"x",})", "body"},
      {"a list", R"(["a"])", "body"},
      {"a text", R"("a")", "body"},
      {"very deep", R"({"a":)" + std::string(100'000, '['), "body"},
      {"very deep objects", deep_objects(100'000), "body"},
      {"an unknown member as deep as it may be", R"({"b":[[[1]]]})", "b"},
      {"an unknown member that is deeper", R"({"b":[[[[1]]]]})", "body"},
      {"nothing at all", "", "body"},
      {"blanks", " \n", "body"},
      {"something behind it", "{} x", "body"},
      {"text that is no UTF-8", "{\"a\":\"\xff\"}", "body"},
      {"a NUL", std::string{"{\"a\":\"\0\"}", 9}, "body"},
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
