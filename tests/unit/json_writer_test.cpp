#include "core/json_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

namespace claimcheck {
namespace {

TEST(JsonWriter, WritesWhatAReaderOfJsonReadsBack) {
  JsonWriter out;
  out.open('{').member("a").value("text").member("none").null();
  out.member("list").open('[').value(1).value(-1).open('[').close(']').open('{').close('}').value("x").close(']');
  out.member("least").value(std::numeric_limits<std::int64_t>::min());
  out.member("most").value(std::numeric_limits<std::uint64_t>::max()).close('}');
  EXPECT_EQ(std::move(out).text(),
            R"({"a":"text","none":null,"list":[1,-1,[],{},"x"],"least":-9223372036854775808,"most":18446744073709551615})");
}

TEST(JsonWriter, TextsComeBackWhateverIsInThem) {
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"nothing", ""},
      {"quotation marks and backslashes", R"(say "yes" \ no)"},
      {"control bytes", std::string("a\0b\n\r\t\x1f", 7)},
      {"delete", "a\x7f"},
      {"beyond ASCII", "Ünïcödé 中文 🎉"},
      {"what looks like structure", R"([{:,"}])"},
      {"an end like a bracket", "["},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    JsonWriter out;
    out.open('[').value(c.text).value(c.text).close(']');
    const std::string json = std::move(out).text();
    EXPECT_EQ(nlohmann::json::parse(json), (nlohmann::json{c.text, c.text}));
    EXPECT_TRUE(std::ranges::all_of(json, [](char letter) { return letter >= ' ' && letter <= '~'; })) << json;
  }
}

TEST(JsonWriter, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  JsonWriter out;
  out.value("a\xff");
  EXPECT_EQ(std::move(out).text(), R"("a\ufffd")");
}

}  // namespace
}  // namespace claimcheck
