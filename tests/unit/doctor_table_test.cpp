#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string_view>

#include "core/error.h"
#include "htaccess/finding.h"
#include "tests/support/process.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;
using test::read_file;

TEST(DoctorsTable, EveryCheckHasItsOwnIdAndAFix) {
  std::set<std::string_view> ids;
  for (const Check& check : checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_FALSE(check.proves.empty() || check.fix.empty()) << check.id;
  }
  EXPECT_THROW(found("nosuch", "", State::ok, ""), Error);
  EXPECT_EQ(found("lock", "/a b", State::leak, "").fix, "claimcheck lock install /a b");
  EXPECT_EQ(found("lock", "/a", State::ok, "").fix, "");
}

TEST(DoctorsTable, OnlyAChecksOwnFixIsForTheDoctor) {
  EXPECT_TRUE(found("lock", "/a", State::leak, "").mendable);
  EXPECT_TRUE(found("lock", "/a", State::unverified, "").mendable);
  EXPECT_FALSE(found("lock", "/a", State::ok, "").mendable);
  EXPECT_FALSE(found("lock", "/a", State::leak, "", "AllowOverride All").mendable);
  EXPECT_FALSE(found("lock.nested", "/a", State::leak, "").mendable);
}

TEST(DoctorsTable, StandsInTheDocumentation) {
  const std::string page = read_file(fs::path{CLAIMCHECK_SOURCE_DIR} / "docs/doctor.md");
  for (const Check& check : checks())
    EXPECT_NE(page.find(fmt::format("| `{}` | {} |", check.id, check.proves)), std::string::npos)
        << fmt::format("| `{}` | {} |", check.id, check.proves);
}

TEST(DoctorsTable, OnlyFaultsLeaksAndASiteOutOfReachMakeASiteIll) {
  const struct {
    const char* check;
    State state;
    bool ill;
  } cases[] = {{"lock", State::ok, false},
               {"lock", State::mended, false},
               {"lock", State::warning, false},
               {"lock", State::unverified, false},
               {"lock", State::fault, true},
               {"lock", State::leak, true},
               {"site.reach", State::unverified, true}};
  for (const auto& c : cases) EXPECT_EQ(is_ill({found(c.check, "", c.state, "")}), c.ill) << c.check << to_string(c.state);
}

}  // namespace
}  // namespace claimcheck::htaccess
