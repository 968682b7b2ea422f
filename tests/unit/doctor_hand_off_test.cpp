#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "htaccess/delivery_check.h"
#include "htaccess/hand_off_check.h"
#include "tests/unit/fake_site.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;
using test::answer;
using test::FakeSite;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

TEST(DoctorHandOff, AWayIsBelievedOnlyIfTheFileArrives) {
  const struct {
    const char* name;
    const char* configured;
    std::vector<std::string> announced;
    const char* mode;
    std::function<WebAnswer(const std::string& text, const std::string& way)> sends;
    const char* check;
    State state;
    const char* told;
    std::optional<DeliveryWay> way = {};
  } cases[] = {
      {"it works",
       "local",
       {"local"},
       "cgi",
       [](auto& text, auto&) { return answer(200, text); },
       "hand_off",
       State::ok,
       "local"},
      {"it is not announced",
       "xsendfile",
       {},
       "socket",
       [](auto&, auto&) { return answer(500); },
       "hand_off",
       State::fault,
       "delivery = \"stream\"",
       DeliveryWay{}},
      {"nothing comes",
       "xsendfile",
       {"xsendfile"},
       "socket",
       [](auto&, auto&) { return answer(200); },
       "hand_off",
       State::fault,
       "other bytes",
       DeliveryWay{}},
      {"the path comes",
       "xsendfile",
       {"xsendfile"},
       "socket",
       [](auto& text, auto&) { return answer(200, text, {{"X-Sendfile", "/home/me"}}); },
       "hand_off",
       State::fault,
       "X-Sendfile",
       DeliveryWay{}},
      {"another one works",
       "xsendfile",
       {"local", "xsendfile"},
       "fastcgi",
       [](auto& text, auto& way) { return way == "local" ? answer(200, text) : answer(404); },
       "hand_off",
       State::fault,
       "delivery = \"local\"\nurl = \"/uploads/locked\"",
       DeliveryWay{HandOff::local, "/uploads/locked"}},
      {"a local redirect to a socket's client",
       "local",
       {"local"},
       "socket",
       [](auto&, auto&) { return answer(200); },
       "hand_off",
       State::fault,
       "delivery = \"stream\"",
       DeliveryWay{}},
      {"streaming, though nginx would send",
       "stream",
       {"accel"},
       "socket",
       [](auto& text, auto&) { return answer(200, text); },
       "hand_off.better",
       State::warning,
       "delivery = \"accel\"",
       DeliveryWay{HandOff::accel, "/uploads/locked"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    FakeSite site;
    LockedFolder folder = site.place();
    folder.delivery = c.configured;
    Canaries canaries{secure_random()};
    const Fetch fetch = [&](const WebRequest& request) {
      const auto order = nlohmann::json::parse(request.body);
      EXPECT_EQ(order.at("key"), "key");
      return c.sends(read_file(site.locked() / order.at("file").get<std::string>()), order.at("hand_off").get<std::string>());
    };
    const WorkerReport report{.mode = c.mode, .hand_offs = c.announced};
    const Findings findings = check_hand_off(site.premises(), folder, report, "key", canaries, fetch);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().check, c.check);
    EXPECT_EQ(findings.front().state, c.state);
    EXPECT_NE((findings.front().message + findings.front().fix).find(c.told), std::string::npos)
        << findings.front().message << findings.front().fix;
    EXPECT_EQ(findings.front().way, c.way);
    EXPECT_EQ(findings.front().mendable, c.way.has_value());
  }
}

TEST(DoctorHandOff, AWorkerThatRunsWithYesterdaysConfigurationIsToBeRestarted) {
  const LockedFolder folder{.storage = "a", .delivery = "local"};
  Canaries canaries{secure_random()};
  const WorkerReport report{.mode = "socket", .deliveries = {{"a", "stream"}}};
  const Finding stale = check_hand_off({}, folder, report, "", canaries, {}).front();
  EXPECT_EQ(stale.check, "hand_off.stale");
  EXPECT_NE(stale.fix.find("systemctl restart claimcheck@1"), std::string::npos) << stale.fix;
}

TEST(DoctorDelivery, LargeFilesThroughModFcgidAreAWarning) {
  const TemporaryFolder root;
  write_file(root / "large", "x");
  fs::resize_file(root / "large", 400'000'000);
  const LockedFolder folder{.storage = "a", .path = root.path(), .delivery = "stream"};
  const WorkerReport fcgid{.mode = "fastcgi", .server = "Apache/2.4"};
  EXPECT_EQ(check_delivery_time(folder, fcgid).front().state, State::warning);
  LockedFolder handed = folder;
  handed.delivery = "local";
  EXPECT_TRUE(check_delivery_time(handed, fcgid).empty());
  EXPECT_TRUE(check_delivery_time(folder, {.mode = "socket", .server = "Apache/2.4"}).empty());
  fs::resize_file(root / "large", 1000);
  EXPECT_TRUE(check_delivery_time(folder, fcgid).empty());
}

}  // namespace
}  // namespace claimcheck::htaccess
