#include <chrono>

#include "tests/contract/web_client_fixture.h"

namespace claimcheck {
namespace {

using namespace test;
using std::chrono::steady_clock;

TEST_F(WebClientContract, OnlyACertificateThatIsRightWillDo) {
  ApiServer expired{servers_.authority, "expired"}, elsewhere{servers_.authority, "elsewhere"};
  ApiServer strange{servers_.stranger, "strange"}, right{servers_.authority, "right"};
  const struct {
    const char* name;
    ApiServer& server;
    bool good;
  } cases[] = {{"expired", expired, false},
               {"for another name", elsewhere, false},
               {"of another authority", strange, false},
               {"right", right, true}};
  for (const auto& c : cases) {
    const std::string said = outcome(settings(), c.server.origin() + "/good");
    EXPECT_EQ(said == "status 200", c.good) << c.name << ": " << said;
    EXPECT_EQ(c.server.paths().size(), c.good ? 1U : 0U) << c.name << ": nothing must be sent to it";
  }
  CheckSettings system = settings();
  system.ca_file = "";
  EXPECT_NE(outcome(system, right.origin() + "/good"), "status 200") << "no authority of the system's";
  CheckSettings missing = settings();
  missing.ca_file = "/nowhere/ca.pem";
  EXPECT_NE(outcome(missing, right.origin() + "/good"), "status 200") << "no authority at all";
  EXPECT_NE(outcome(settings(), fmt::format("https://127.0.0.1:{}/good", right.port())), "status 200")
      << "a name, not a number";
}

TEST_F(WebClientContract, ASelfSignedCertificateIsNoneAndANumberMayHaveOne) {
  ApiServer numeric{servers_.authority, "numeric"};
  EXPECT_EQ(outcome(settings(), fmt::format("https://127.0.0.1:{}/good", numeric.port())), "status 200");
  CheckSettings own = settings();
  own.ca_file = servers_.stranger.certificate();
  EXPECT_NE(outcome(own, fmt::format("https://127.0.0.1:{}/good", numeric.port())), "status 200");
}

TEST_F(WebClientContract, OldTlsIsRefused) {
  ApiServer old{servers_.authority, "right", ApiServer::Tls::old};
  EXPECT_NE(outcome(settings(), old.origin() + "/good"), "status 200");
  const auto curl = run({"curl", "--silent", "--show-error", "--tls-max", "1.0", "--ciphers", "ALL:@SECLEVEL=0", "--cacert",
                         servers_.authority.certificate(), old.origin() + "/good"});
  EXPECT_EQ(curl.out, "{}") << "who wants TLS 1.0 gets it: " << curl.err;
}

TEST_F(WebClientContract, AHandshakeThatDoesNotEndIsUnavailableInTime) {
  for (const auto tls : {ApiServer::Tls::silent, ApiServer::Tls::slow, ApiServer::Tls::none}) {
    ApiServer server{servers_.authority, "right", tls};
    const auto asked = steady_clock::now();
    const std::string said = outcome(settings(seconds{1}), fmt::format("https://localhost:{}/good", server.port()));
    EXPECT_FALSE(said.starts_with("status ")) << said;
    EXPECT_LT(steady_clock::now() - asked, seconds{3});
  }
}

}  // namespace
}  // namespace claimcheck
