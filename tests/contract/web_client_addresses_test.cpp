#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/contract/web_client_fixture.h"

namespace claimcheck {
namespace {

using namespace test;
using std::chrono::steady_clock;

TEST_F(WebClientContract, PrivateAddressesAreNotConnectedToUnlessTheyMayBe) {
  ApiServer server{servers_.authority, "right"}, plain{servers_.authority, "right", ApiServer::Tls::none};
  CheckSettings careful = settings();
  careful.private_addresses = false;
  for (const char* host : {"127.0.0.1",
                           "127.1",
                           "0x7f.1",
                           "0x7f000001",
                           "2130706433",
                           "0177.0.0.1",
                           "localhost",
                           "LOCALHOST",
                           "0.0.0.0",
                           "0",
                           "[::1]",
                           "[::ffff:7f00:1]",
                           "[::ffff:127.0.0.1]",
                           "[::]",
                           "[64:ff9b::7f00:1]",
                           "169.254.169.254",
                           "10.0.0.1",
                           "192.168.1.1",
                           "[fd00::1]",
                           "[fe80::1]",
                           "[fe80::1%25lo]",
                           "nowhere.invalid",
                           "127.0.0.1.",
                           "localhost."}) {
    for (const auto* each : {&server, &plain}) {
      const char* scheme = each == &server ? "https" : "http";
      const auto asked = steady_clock::now();
      const std::string said = outcome(careful, fmt::format("{}://{}:{}/good", scheme, host, each->port()));
      EXPECT_FALSE(said.starts_with("status ")) << host << ": " << said;
      EXPECT_LT(steady_clock::now() - asked, seconds{4}) << host;
    }
  }
  EXPECT_EQ(server.connections() + plain.connections(), 0U);
  EXPECT_EQ(outcome(settings(), server.origin() + "/good"), "status 200");
  EXPECT_EQ(outcome(settings(), plain.origin() + "/good"), "status 200") << "http is good enough for this machine";
}

TEST_F(WebClientContract, OnlyTheWebsAddressesAreAsked) {
  for (const char* url : {"file:///etc/passwd", "ftp://localhost/x", "gopher://localhost/x", "https:///x", "https://", "",
                          "localhost", "//localhost/x", "https://user:hush@localhost/x", "https://hush@localhost/x",
                          "javascript:1", "https://localhost:99999/", "https://[::1/x", "https://localhost:port/x"})
    EXPECT_FALSE(outcome(settings(), url).starts_with("status ")) << url;
}

/// A resolver that says something else each time.
class Resolver {
 public:
  explicit Resolver(std::vector<std::vector<std::string>> answers) : answers_(std::move(answers)) {}

  net::Resolve resolve() {
    return [this](const std::string& host, steady_clock::time_point) {
      asked.push_back(host);
      return answers_.at(std::min(asked.size(), answers_.size()) - 1);
    };
  }

  std::vector<std::string> asked;

 private:
  std::vector<std::vector<std::string>> answers_;
};

TEST_F(WebClientContract, ANameIsLookedUpOnceAndEveryAddressOfItMustBeRight) {
  ApiServer server{servers_.authority, "right"};
  const std::string url = fmt::format("https://api.example.com:{}/echo", server.port());
  CheckSettings careful = settings(seconds{1});
  careful.private_addresses = false;
  for (const std::vector<std::string>& addresses : {std::vector<std::string>{"127.0.0.1"},
                                                    {"8.8.8.8", "127.0.0.1"},
                                                    {"127.0.0.1", "8.8.8.8"},
                                                    {"::ffff:7f00:1"},
                                                    {"2606:4700::1111", "::1"},
                                                    {"169.254.169.254"},
                                                    {""},
                                                    {"fe80::1%lo"},
                                                    {}}) {
    Resolver resolver{{addresses}};
    EXPECT_FALSE(outcome(*checks::open_web_client(careful, resolver.resolve()), {.url = url, .headers = {}, .body = {}})
                     .starts_with("status "));
  }
  EXPECT_EQ(server.connections(), 0U);

  Resolver once{{{"127.0.0.1"}, {"127.0.0.2"}}};
  const auto answer = checks::open_web_client(settings(), once.resolve())->send({.url = url, .headers = {}, .body = {}});
  EXPECT_EQ(nlohmann::json::parse(answer.body).at("headers").at("host"), fmt::format("api.example.com:{}", server.port()));
  EXPECT_EQ(once.asked, std::vector<std::string>{"api.example.com"});

  // The second answer would be this machine; what was checked is what is connected to, and there nobody answers.
  Resolver rebinding{{{"198.51.100.1"}, {"127.0.0.1"}}};
  EXPECT_FALSE(
      outcome(*checks::open_web_client(settings(seconds{1}), rebinding.resolve()), {.url = url, .headers = {}, .body = {}})
          .starts_with("status "));
  EXPECT_EQ(rebinding.asked.size(), 1U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(WebClientContract, PlainHttpLeavesThePrivateNetworkForNobody) {
  Resolver outside{{{"8.8.8.8"}}};
  EXPECT_NE(outcome(*checks::open_web_client(settings(seconds{1}), outside.resolve()),
                    {.url = "http://api.example.com/", .headers = {}, .body = {}})
                .find("http:// is for private addresses"),
            std::string::npos);
}

TEST_F(WebClientContract, TheNextAddressIsTriedIfOneDoesNotAnswer) {
  ApiServer server{servers_.authority, "right"};
  Resolver two{{{"127.0.0.2", "127.0.0.1"}}};
  EXPECT_EQ(outcome(*checks::open_web_client(settings(), two.resolve()),
                    {.url = fmt::format("https://localhost:{}/good", server.port()), .headers = {}, .body = {}}),
            "status 200");
}

}  // namespace
}  // namespace claimcheck
