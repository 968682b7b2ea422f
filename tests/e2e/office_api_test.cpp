#include "core/time.h"
#include "tests/e2e/office_api_fixture.h"
#include "tests/support/fastcgi_client.h"

namespace claimcheck {
namespace {

using namespace test;

const std::string nobody = "01890000-0000-7000-8000-000000000001";

class OfficeApi : public OfficeSite {
 protected:
  static std::string token(const Issued& issued, const std::string& verb) { return "/dl/v1/tokens/" + issued.id + verb; }
  Issued issue(const std::string& policy = "default") const {
    return site.issue(file, {.policy = policy, .storage = "uploads"});
  }
  int open(const Issued& issued) const { return fetch(site.port(), {.target = issued.path}).status; }
  Json overview() const { return told(get("/dl/v1/overview")); }
};

TEST_F(OfficeApi, TheOverviewTellsHowItStandsAtThisMoment) {
  EXPECT_EQ(overview().at("cron"), (Json{{"ran_at", nullptr}}));
  const Issued slow = issue("slow"), soon = site.issue(file, {.ttl = "2h", .storage = "uploads"}),
               later = site.issue(file, {.ttl = "3d", .storage = "uploads"}), revoked = issue(), used = issue();
  site.ask({"token", "revoke", revoked.id});
  ASSERT_EQ(open(used), 200);
  site.ask({"issue", file, "--storage", "uploads", "--email", "ada@example.com", "--mail", "--ttl", "3d"});
  const Json before = overview();
  EXPECT_EQ(before.at("site"),
            (Json{{"name", "Example"}, {"url", fmt::format("http://127.0.0.1:{}", site.port())}, {"prefix", "/dl"}}));
  EXPECT_EQ(before.at("active_tokens"), 4);
  EXPECT_EQ(before.at("expiring_soon"), 2) << "the slow one, and that of two hours";
  EXPECT_EQ(before.at("active_downloads"), 0);
  EXPECT_EQ(before.at("mails").at("waiting"), 1);
  EXPECT_EQ(before.at("mails").at("failed"), 0);
  EXPECT_TRUE(parse_rfc3339(before.at("mails").at("oldest_at").get<std::string>()));
  EXPECT_TRUE(parse_rfc3339(before.at("now").get<std::string>()));
  EXPECT_NE(site.command({"--version"}).out.find(before.at("version").get<std::string>()), std::string::npos);

  write_file(site.uploads() / "2026/11/large.bin", std::string(2'000'000, 'x'));
  const Issued large = site.issue("2026/11/large.bin", {.policy = "slow", .storage = "uploads"});
  const auto worker = site.start_worker("own", 1);
  {
    FastCgiExchange download{site.socket_address("own")};
    download.request(cgi_variables({.target = large.path}));
    wait_until("another worker's download is told", [&] { return overview().at("active_downloads") == 1; });
  }
  wait_until("its end is noticed", [&] { return overview().at("active_downloads") == 0; });

  ASSERT_EQ(site.cron().status, 0);
  EXPECT_TRUE(parse_rfc3339(overview().at("cron").at("ran_at").get<std::string>()));
}

TEST_F(OfficeApi, TheOverviewTellsWhatTheDoctorFoundOfTheLock) {
  EXPECT_EQ(overview().at("lock"), nullptr);
  const auto examined = [&] {
    site.command({"doctor", "--docroot", site.docroot().string()});
    return overview().at("lock").at("state");
  };
  EXPECT_EQ(examined(), "locked");
  EXPECT_TRUE(parse_rfc3339(overview().at("lock").at("examined_at").get<std::string>()));
  site.ask({"lock", "remove", site.uploads().string()});
  EXPECT_EQ(examined(), "LEAK");
  ASSERT_EQ(site.command({"lock", "install", site.uploads().string()}).status, 0);
  EXPECT_EQ(examined(), "locked");
}

TEST_F(OfficeApi, PoliciesTellWhatALinkMayHave) {
  const Json answer = told(get("/dl/v1/policies"));
  Json policies;
  for (const Json& policy : answer.at("policies")) policies[policy.at("name")] = policy;
  EXPECT_EQ(policies.at("vanishing"), (Json{{"name", "vanishing"},
                                            {"ttl", 7200},
                                            {"max_uses", 1},
                                            {"longest_ttl", 7 * 86'400},
                                            {"most_uses", 9},
                                            {"decrypt", false}}));
  EXPECT_EQ(policies.at("default").at("decrypt"), true);
  EXPECT_EQ(policies.at("default").at("most_uses"), 0);
  EXPECT_EQ(policies.size(), 4) << policies;
}

TEST_F(OfficeApi, ARevocationIsTakenBackAndTheLinkWorksAgain) {
  const Issued link = issue();
  EXPECT_EQ(refused(post(token(link, "/restore")), 400), "bad_request") << "it was not revoked";
  told(post(token(link, "/revoke"), Json::object()));
  EXPECT_EQ(open(link), 410);
  const Json restored = told(post(token(link, "/restore")));
  EXPECT_EQ(restored.at("state"), "active");
  EXPECT_EQ(restored.at("revoked_at"), nullptr);
  EXPECT_FALSE(restored.contains("deliveries"));
  EXPECT_EQ(open(link), 200);
  EXPECT_EQ(site.show(link.id).at("state"), "used_up");

  site.ask({"token", "revoke", link.id});
  EXPECT_EQ(site.ask({"token", "restore", link.id}).at("state"), "used_up");
  const Finished again = site.command({"token", "restore", link.id});
  EXPECT_EQ(again.status, 2) << again.err;
  EXPECT_NE(again.err.find("not revoked"), std::string::npos) << again.err;
  EXPECT_NE(site.command({"token", "restore", nobody}).err.find("no token with the id"), std::string::npos);
  EXPECT_EQ(refused(post("/dl/v1/tokens/" + nobody + "/restore"), 404), "invalid_token");
}

TEST_F(OfficeApi, ALinkWhoseFileIsGoneIsNotRestored) {
  const Issued cleaned = issue("vanishing");
  told(post(token(cleaned, "/revoke"), Json::object()));
  EXPECT_EQ(told(post("/dl/v1/cleanup", {{"dry_run", true}})).at("dry_run"), true);
  EXPECT_EQ(told(post(token(cleaned, "/restore"))).at("state"), "active") << "nothing was cleaned up yet";
  told(post(token(cleaned, "/revoke"), Json::object()));
  told(post("/dl/v1/cleanup", Json::object()));
  EXPECT_EQ(refused(post(token(cleaned, "/restore")), 404), "file_not_found");
  EXPECT_EQ(site.show(cleaned.id).at("state"), "revoked");

  site.add_file("report.pdf", "the report");
  const Issued changed = issue();
  told(post(token(changed, "/revoke"), Json::object()));
  site.add_file("report.pdf", "another report");
  EXPECT_EQ(refused(post(token(changed, "/restore")), 410), "file_changed");
}

TEST_F(OfficeApi, LinksAreFoundByPartsOfWhatTheySay) {
  const std::string odd = site.add_file("100%_x.pdf", "odd");
  const auto issued = [&](const std::string& path, const char* email) {
    return told(post("/dl/v1/tokens", {{"file", path}, {"storage", "uploads"}, {"email", email}}), 201).at("id");
  };
  const Json first = issued(file, "ada@example.com"), second = issued(odd, "bob@example.com");
  const auto found = [&](const std::string& query) {
    const Json page = told(get("/dl/v1/tokens?" + query));
    Json ids = Json::array();
    for (const Json& each : page.at("tokens")) ids.push_back(each.at("id"));
    return ids;
  };
  EXPECT_EQ(found("search=REPORT"), Json{first});
  EXPECT_EQ(found("search=bob%40"), Json{second});
  EXPECT_EQ(found("search=100%25_"), Json{second});
  EXPECT_EQ(found("search=%25"), Json{second});
  EXPECT_EQ(found("search=" + first.get<std::string>()), Json{first});
  EXPECT_EQ(found("search=pdf&email=ada@example.com"), Json{first});
  EXPECT_EQ(found("search=pdf&state=revoked"), Json::array());
  EXPECT_EQ(found("search=").size(), 2) << "what is empty excludes nothing";
  const Json newest = told(get("/dl/v1/tokens?search=pdf&limit=1"));
  EXPECT_EQ(found("search=pdf&limit=1&after=" + newest.at("after").get<std::string>()).size(), 1);
  for (const std::string& wrong : {std::string{"%00"}, std::string{"%ff"}, std::string{"%0a"}, std::string(701, 'x')})
    EXPECT_EQ(told(get("/dl/v1/tokens?search=" + wrong), 400).at("details").at("field"), "search");
}

}  // namespace
}  // namespace claimcheck
