#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/e2e/ailing_site.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using namespace test;

class DoctorGoodSite : public testing::TestWithParam<Front> {};

TEST_P(DoctorGoodSite, IsInOrderAndIsLeftAsItWas) {
  AilingSite ailing;
  ailing.site.cron();
  ailing.start(GetParam());
  const Diagnosis diagnosis = ailing.examine();
  EXPECT_EQ(diagnosis.status, 0);
  EXPECT_EQ(diagnosis.ailments(), Ailments{}) << diagnosis.text;
  for (const char* check : {"site.reach", "route", "route.version", "authorization", "lock", "delivery", "delivery.buffering",
                            "database", "database.durability", "database.clock", "permission.config", "cron"})
    EXPECT_NE(diagnosis.told(check), "") << check << diagnosis.text;
  EXPECT_EQ(ailing.canaries(), std::vector<std::string>{});
  const auto keys = ailing.site.ask({"key", "list"});
  EXPECT_FALSE(keys.at("keys").empty());
  for (const auto& key : keys.at("keys")) EXPECT_FALSE(key.at("revoked_at").is_null()) << key;
  const auto listed = ailing.site.ask({"token", "list"});
  EXPECT_FALSE(listed.at("tokens").empty());
  for (const auto& token : listed.at("tokens")) EXPECT_EQ(token.at("state"), "revoked") << token;
  const Finished words = ailing.site.command({"doctor"});
  EXPECT_EQ(words.status, 0);
  EXPECT_NE(words.out.find("in order"), std::string::npos) << words.out;
}

INSTANTIATE_TEST_SUITE_P(Every, DoctorGoodSite, testing::ValuesIn(all_fronts),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(DoctorGoodSite, TheFasterWayIsStoredOnceItWasTriedAndNothingElseOfTheFileChanges) {
  const std::map<Front, std::string> best{{Front::apache_fcgid, "local"},
                                          {Front::apache_cgi, "local"},
                                          {Front::apache_proxy, "xsendfile"},
                                          {Front::nginx, "accel"}};
  const std::string way = best.at(GetParam());
  AilingSite ailing;
  ailing.site.cron();
  const std::string before = read_file(ailing.site.config());
  ailing.start(GetParam());
  EXPECT_NE(ailing.examine().told("hand_off.better").find("delivery = \"" + way + "\""), std::string::npos);
  EXPECT_EQ(read_file(ailing.site.config()), before) << "nothing is stored unasked";

  const Diagnosis mended = ailing.examine({"--fix"});
  EXPECT_EQ(mended.status, 0) << mended.text;
  EXPECT_NE(mended.told("hand_off.better").find("wrote delivery"), std::string::npos) << mended.text;
  const std::string url = way == "xsendfile" ? "" : "url = \"/wp-content/uploads/claimcheck\"\n", head = "[storage.uploads]\n";
  EXPECT_EQ(read_file(ailing.site.config()), edited(before, {{head, head + url + "delivery = \"" + way + "\"\n"}}));
  EXPECT_EQ(ailing.site.command({"check"}).status, 0);

  ailing.start(GetParam());
  const Diagnosis after = ailing.examine();
  EXPECT_EQ(after.status, 0);
  EXPECT_NE(after.told("hand_off").find(way), std::string::npos) << after.text;
  for (const auto& each : after.findings) EXPECT_EQ(each.at("state"), "ok") << each;
}

}  // namespace
}  // namespace claimcheck
