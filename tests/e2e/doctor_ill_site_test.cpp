// Set-ups that are broken for real, each in a way of its own: the doctor names exactly that, and what to do.

#include <gtest/gtest.h>

#include "tests/e2e/illnesses.h"

namespace claimcheck {
namespace {

using namespace test;

class DoctorIllSite : public testing::TestWithParam<Ill> {};

TEST_P(DoctorIllSite, IsToldExactlyWhatIsWrongAndWhatToDo) {
  const Ill& ill = GetParam();
  AilingSite ailing;
  ailing.site.cron();
  ill.harm(ailing.site);
  ailing.start(ill.front, ill.edits);
  const Diagnosis diagnosis = ailing.examine();
  EXPECT_EQ(diagnosis.status, ill.status);
  EXPECT_EQ(diagnosis.ailments(), ill.ailments) << diagnosis.text;
  std::string told;
  for (const auto& [check, state] : ill.ailments) told += diagnosis.told(check);
  EXPECT_NE(told.find(ill.told), std::string::npos) << told;
  EXPECT_EQ(ailing.canaries(), std::vector<std::string>{});
  if (!ill.mendable) return;
  const Diagnosis mended = ailing.examine({"--fix"});
  EXPECT_EQ(mended.status, 0) << mended.text;
  for (auto& [check, state] : mended.ailments()) EXPECT_TRUE(ill.ailments.contains(check)) << mended.text;
  EXPECT_EQ(ailing.examine().ailments(), Ailments{});
}

INSTANTIATE_TEST_SUITE_P(Each, DoctorIllSite, testing::ValuesIn(illnesses()), [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace claimcheck
