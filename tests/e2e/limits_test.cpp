#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;

const std::string policies = R"toml(
[limits]
[policy.bound]
bind_ip = "network"
max_uses = 5
[policy.exact]
bind_ip = "exact"
max_uses = 0
[policy.paced]
requests_per_minute = 3
max_uses = 0
)toml";

/// A worker, and requests that a web server passes on from anywhere.
class Limits : public testing::Test {
 protected:
  FastCgiAnswer ask(const std::string& from, const std::string& path, Fields headers = {}, const std::string& method = "GET") {
    Fields variables = cgi_variables({.method = method, .target = path, .headers = std::move(headers)});
    for (auto& [name, value] : variables)
      if (name == "REMOTE_ADDR") value = from;
    return call(site.socket_address("worker"), variables);
  }

  Site site{{}, policies};
  std::string file = site.add_file("report.pdf", "the report");
  std::unique_ptr<Process> worker = site.start_worker("worker", 4);
};

/// How far guesses come from addresses that are told one after the other.
template <class Address, class Ask>
std::pair<int, int> guess(int guesses, Address address, Ask ask) {
  int unanswered = 0, first = 0;
  for (int i = 0; i < guesses; ++i) {
    if (ask(address(i), i) != 429) continue;
    if (unanswered++ == 0) first = i + 1;
  }
  return {first, unanswered};
}

TEST_F(Limits, TenThousandGuessesFromOneNetworkAreHeldUpWhileRightLinksWork) {
  const Issued token = site.issue(file, {.policy = "open"});
  const char* const kinds[] = {"GET", "HEAD", "POST"};
  const auto guessed = [&](const std::string& from, int i) {
    return ask(from, fmt::format("/dl/{:064}", i), {}, kinds[i % 3]).status;
  };
  const auto one_network = [](int i) { return fmt::format("203.0.113.{}", i % 250); };
  const auto [first, held_up] = guess(10'000, one_network, guessed);
  EXPECT_GT(first, 0);
  EXPECT_LE(first, 100);
  EXPECT_GT(held_up, 9'800);
  EXPECT_EQ(ask("203.0.113.7", token.path).status, 200) << "a right link from there";
  EXPECT_EQ(ask("198.51.100.7", token.path).status, 200) << "and from elsewhere";
  EXPECT_EQ(ask("198.51.100.7", "/dl/" + secret_that_opens_nothing).status, 404);
}

TEST_F(Limits, FiveThousandAddressesOfOne64AreOneNetwork) {
  const Issued token = site.issue(file, {.policy = "open"});
  const auto address = [](int i) { return fmt::format("2001:db8:1:2:{:x}::{:x}", i / 100, i % 5000 + 1); };
  const auto [first, held_up] =
      guess(10'000, address, [&](const std::string& from, int i) { return ask(from, fmt::format("/dl/{:064}", i)).status; });
  EXPECT_GT(first, 0);
  EXPECT_LE(first, 100);
  EXPECT_GT(held_up, 9'800);
  EXPECT_EQ(ask("2001:db8:1:2::9", token.path).status, 200);
  EXPECT_EQ(ask("2001:db8:1:3::9", "/dl/" + secret_that_opens_nothing).status, 404) << "the network beside it";
}

TEST_F(Limits, ForwardingFieldsOfStrangersChangeNothing) {
  const auto spoofed = [&](const std::string& from, int i) {
    const std::string made_up = fmt::format("198.51.{}.{}", i % 200, i % 250);
    return ask(from, fmt::format("/dl/{:064}", i),
               {{"X-Forwarded-For", made_up},
                {"Forwarded", "for=" + made_up},
                {"X-Real-IP", made_up},
                {"Client-IP", made_up},
                {"True-Client-IP", made_up},
                {"CF-Connecting-IP", made_up},
                {"X-Cluster-Client-IP", made_up},
                {"X-Client-IP", made_up}})
        .status;
  };
  const auto [first, held_up] = guess(500, [](int) { return std::string{"203.0.113.9"}; }, spoofed);
  EXPECT_GT(first, 0);
  EXPECT_LE(first, 100);
  EXPECT_GT(held_up, 400);
  const Issued bound = site.issue(file, {.policy = "exact"});
  EXPECT_EQ(ask("192.0.2.1", bound.path).status, 200);
  EXPECT_EQ(ask("192.0.2.2", bound.path, {{"X-Forwarded-For", "192.0.2.1"}, {"X-Real-IP", "192.0.2.1"}}).status, 403);
}

TEST_F(Limits, WrongKeysAreHeldUpSoonerAndRightOnesWork) {
  const std::string key = site.ask({"key", "add", "plug-in", "--scope", "read"}).at("key");
  const auto with_key = [&](const std::string& text) {
    return ask("203.0.113.9", "/dl/v1/tokens", {{"Authorization", "Bearer " + text}}).status;
  };
  const auto [first, held_up] = guess(
      1'000, [](int) { return std::string{}; }, [&](const std::string&, int i) { return with_key(fmt::format("{:064}", i)); });
  EXPECT_GT(first, 0);
  EXPECT_LE(first, 20);
  EXPECT_GT(held_up, 970);
  EXPECT_EQ(with_key(key), 200);
}

TEST_F(Limits, ALinkIsBoundToWhereItsDownloadBegan) {
  const Issued bound = site.issue(file, {.policy = "bound"});
  EXPECT_EQ(ask("198.51.100.1", bound.path, {}, "HEAD").status, 200) << "looking binds nothing";
  EXPECT_EQ(ask("198.51.100.1", bound.path, {{"Accept", "text/html"}}).status, 200);
  EXPECT_EQ(ask("203.0.113.9", bound.path).status, 200);
  EXPECT_EQ(ask("203.0.113.77", bound.path).status, 200) << "the same network";
  const FastCgiAnswer refused = ask("198.51.100.1", bound.path);
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("address_not_allowed"), std::string::npos) << refused.body;
  EXPECT_EQ(ask("198.51.100.1", bound.path, {{"Accept", "text/html"}}).status, 403) << "not even the page";
  EXPECT_EQ(site.show(bound.id).at("uses"), 2);
}

TEST_F(Limits, ALinkIsBoundToTheAddressThatItWasMadeFor) {
  const std::string key = site.ask({"key", "add", "plug-in", "--scope", "issue"}).at("key");
  const auto issue = [&](const std::string& address) {
    const std::string body = Json{{"file", file}, {"policy", "exact"}, {"address", address}}.dump();
    return call(
        site.socket_address("worker"),
        cgi_variables(
            {.method = "POST", .target = "/dl/v1/tokens", .headers = {{"Authorization", "Bearer " + key}}, .body = body}),
        body);
  };
  const FastCgiAnswer issued = issue("2001:db8::1");
  ASSERT_EQ(issued.status, 201) << issued.body;
  const std::string path = "/dl/" + Json::parse(issued.body).at("secret").get<std::string>();
  EXPECT_EQ(ask("2001:db8::2", path).status, 403);
  EXPECT_EQ(ask("2001:db8:0:0::1", path).status, 200);
  EXPECT_EQ(issue("somewhere").status, 400);
}

TEST_F(Limits, ALinkIsOpenedSoOftenAMinuteWhoeverDoesIt) {
  const Issued paced = site.issue(file, {.policy = "paced"}), other = site.issue(file, {.policy = "paced"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(fmt::format("203.0.{}.9", i), paced.path).status, 200);
  const FastCgiAnswer refused = ask("198.51.100.1", paced.path);
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(refused.header("Retry-After").has_value());
  EXPECT_EQ(ask("198.51.100.1", other.path).status, 200);
}

const std::string countries = R"toml(
[countries]
database = "{}"
[policy.abroad]
countries = ["GB", "SE"]
max_uses = 0
)toml";

/// The test database of MaxMind: 81.2.69.160 is in Britain, 216.160.83.56 in the United States, 2a02:d500:: is known without a
/// country, 8.8.8.8 is not known.
class LimitsByCountry : public Limits {
 private:
  TemporaryFolder folder;

 protected:
  std::string database = (folder / "countries.mmdb").string();

  void SetUp() override {
    std::filesystem::copy_file(CLAIMCHECK_SOURCE_DIR "/tests/data/maxmind/GeoIP2-Country-Test.mmdb", database);
    write_file(site.config(), read_file(site.config()) + fmt::format(fmt::runtime(countries), database));
    worker = site.start_worker("other", 4);
  }

  FastCgiAnswer open(const std::string& from, const std::string& path) {
    Fields variables = cgi_variables({.target = path});
    for (auto& [name, value] : variables)
      if (name == "REMOTE_ADDR") value = from;
    return call(site.socket_address("other"), variables);
  }
};

TEST_F(LimitsByCountry, ALinkWorksFromItsCountriesAndADamagedDatabaseOpensNothing) {
  const Issued token = site.issue(file, {.policy = "abroad"}), open_token = site.issue(file, {.policy = "open"});
  const struct {
    const char* address;
    int status;
  } cases[] = {{"81.2.69.160", 200}, {"::ffff:81.2.69.160", 200}, {"89.160.20.112", 200}, {"216.160.83.56", 403},
               {"2001:218::", 403},  {"2a02:d500::", 403},        {"8.8.8.8", 403},       {"127.0.0.1", 403}};
  for (const auto& c : cases) EXPECT_EQ(open(c.address, token.path).status, c.status) << c.address;
  EXPECT_NE(open("216.160.83.56", token.path).body.find("country_not_allowed"), std::string::npos);
  write_file(database, "this is no database any more");
  wait_until("the worker has noticed", [&] { return open("81.2.69.160", token.path).status == 503; });
  EXPECT_EQ(open("81.2.69.160", open_token.path).status, 200) << "who asks for no country does not need it";
  std::filesystem::copy_file(CLAIMCHECK_SOURCE_DIR "/tests/data/maxmind/GeoIP2-Country-Test.mmdb", database,
                             std::filesystem::copy_options::overwrite_existing);
  wait_until("the worker has noticed", [&] { return open("81.2.69.160", token.path).status == 200; });
}

/// A web server starts several workers; they count together.
TEST(LimitsTogether, WorkersOfOneMachineCountTogether) {
  Site site{{}, policies};
  const std::string file = site.add_file("report.pdf", "the report");
  const Issued paced = site.issue(file, {.policy = "paced"});
  const auto first = site.start_worker("first", 2), second = site.start_worker("second", 2);
  std::vector<int> statuses;
  for (const char* worker : {"first", "second", "first", "second", "first"})
    statuses.push_back(call(site.socket_address(worker), cgi_variables({.target = paced.path})).status);
  EXPECT_EQ(statuses, (std::vector<int>{200, 200, 200, 429, 429}));
}

}  // namespace
}  // namespace claimcheck
