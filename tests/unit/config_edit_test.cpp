#include <gtest/gtest.h>

#include "config/config.h"
#include "config/edit.h"
#include "core/error.h"

namespace claimcheck::config {
namespace {

TEST(ConfigEdit, ChangesOneValueAndNothingElse) {
  const struct {
    const char* name;
    const char* before;
    const char* after;
  } cases[] = {
      {"a value", "[storage.a]\ndelivery = \"stream\"\nroot = \"/x\"\n", "[storage.a]\ndelivery = \"local\"\nroot = \"/x\"\n"},
      {"with a comment behind it", "[storage.a]\ndelivery='stream' # as ever\n",
       "[storage.a]\ndelivery= \"local\" # as ever\n"},
      {"a new line below the heading", "[storage.a]\nroot = \"/x\"\n", "[storage.a]\ndelivery = \"local\"\nroot = \"/x\"\n"},
      {"a heading with a comment", "[storage.a] # mine\n", "[storage.a] # mine\ndelivery = \"local\"\n"},
      {"a heading at the very end", "[storage.a]", "[storage.a]\ndelivery = \"local\"\n"},
      {"only in its own table", "[storage.b]\ndelivery = \"accel\"\n[storage.a]\n[policy.x]\ndelivery = \"no\"\n",
       "[storage.b]\ndelivery = \"accel\"\n[storage.a]\ndelivery = \"local\"\n[policy.x]\ndelivery = \"no\"\n"},
      {"what is commented out stays so", "[storage.a]\n#delivery = \"stream\"\n",
       "[storage.a]\ndelivery = \"local\"\n#delivery = \"stream\"\n"},
      {"a longer name is another", "[storage.a]\ndelivery_mode = \"x\"\n",
       "[storage.a]\ndelivery = \"local\"\ndelivery_mode = \"x\"\n"},
      {"carriage returns", "[storage.a]\r\ndelivery = \"stream\"\r\n", "[storage.a]\r\ndelivery = \"local\"\r\n"},
      {"a new line with carriage return", "[storage.a]\r\nroot = \"/x\"\r\n",
       "[storage.a]\r\ndelivery = \"local\"\r\nroot = \"/x\"\r\n"},
      {"without a last line end", "[storage.a]\ndelivery = \"stream\"", "[storage.a]\ndelivery = \"local\""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string once = with_setting(c.before, "storage.a", "delivery", "local");
    EXPECT_EQ(once, c.after);
    EXPECT_EQ(with_setting(once, "storage.a", "delivery", "local"), once);
  }
}

TEST(ConfigEdit, TheExampleIsChangedSoThatItMeansThat) {
  const std::string changed =
      with_setting(with_setting(example(), "storage.uploads", "url", "/files"), "storage.uploads", "delivery", "accel");
  const Parsed parsed = parse(changed, "/tmp");
  EXPECT_TRUE(parsed.faults.empty());
  EXPECT_EQ(parsed.config.storages.at("uploads").hand_off, HandOff::accel);
  EXPECT_EQ(parsed.config.storages.at("uploads").url, "/files");
}

TEST(ConfigEdit, ATableWithoutAHeadingIsLeftToItsAuthor) {
  for (const char* text : {"", "storage.a.root = \"/x\"\n", "[storage]\na = { root = \"/x\" }\n"})
    EXPECT_THROW(with_setting(text, "storage.a", "delivery", "local"), Error) << text;
}

}  // namespace
}  // namespace claimcheck::config
