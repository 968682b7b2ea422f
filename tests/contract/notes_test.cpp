#include "sql/notes.h"

#include <gtest/gtest.h>

#include "sql/migrate.h"
#include "tests/contract/places.h"
#include "tests/support/mariadb.h"

namespace claimcheck {
namespace {

TEST(Notes, TheLatestValueOfAnyNameIsKept) {
  sql::prepare_driver();
  const test::TemporaryFolder folder;
  for (const std::string& url : {"sqlite:" + (folder / "notes.db").string(), test::MariaDb::shared().fresh_schema("notes")}) {
    SCOPED_TRACE(url);
    const auto database = test::open_store(url);
    sql::migrate(*database);
    EXPECT_EQ(sql::find_note(*database, "position"), std::nullopt);
    const std::string long_name(100, 'n');
    sql::keep_note(*database, long_name, "another");
    for (const std::string& value :
         {std::string{"1"}, std::string{"2"}, std::string{"2"}, std::string{}, std::string(1000, 'v')}) {
      sql::keep_note(*database, "position", value);
      EXPECT_EQ(sql::find_note(*database, "position"), value);
    }
    EXPECT_EQ(sql::find_note(*database, long_name), "another");
    EXPECT_TRUE(sql::pending_migrations(*database).empty());
  }
}

}  // namespace
}  // namespace claimcheck
