#include <algorithm>
#include <map>

#include "tests/e2e/office_api_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

using OfficeKeys = OfficeSite;

const std::string nobody = "01890000-0000-7000-8000-000000000001";

TEST_F(OfficeKeys, EveryAddressWantsItsScopeAndNoOther) {
  const struct {
    const char *method, *target, *scope;
    int status;
  } routes[] = {
      {"GET", "/dl/v1/overview", "read", 200},
      {"GET", "/dl/v1/policies", "issue", 200},
      {"GET", "/dl/v1/storages", "issue", 200},
      {"GET", "/dl/v1/storages/uploads/files", "issue", 200},
      {"GET", "/dl/v1/storages/nosuch/files", "issue", 404},
      {"GET", "/dl/v1/keys", "manage", 200},
      {"POST", "/dl/v1/keys", "manage", 400},
      {"POST", "/dl/v1/keys/01890000-0000-7000-8000-000000000001/revoke", "manage", 404},
      {"POST", "/dl/v1/tokens/01890000-0000-7000-8000-000000000001/restore", "manage", 404},
  };
  const char* const scopes[] = {"issue", "read", "manage", "privacy", "metrics", "storage:uploads"};
  std::map<std::string, std::string> keys;
  for (const char* scope : scopes) keys[scope] = add_key(scope);
  for (const auto& route : routes) {
    SCOPED_TRACE(std::string{route.method} + " " + route.target);
    const bool is_post = route.method == std::string{"POST"};
    const auto ask = [&](const std::string& bearer) {
      return is_post ? post(route.target, Json::object(), bearer) : get(route.target, bearer);
    };
    EXPECT_EQ(refused(ask(""), 401), "unauthorized");
    EXPECT_EQ(refused(ask(secret_that_opens_nothing), 401), "unauthorized");
    for (const char* scope : scopes) {
      SCOPED_TRACE(scope);
      const Answer answer = ask(keys[scope]);
      if (scope == std::string{route.scope})
        EXPECT_EQ(answer.status, route.status) << answer.body;
      else
        EXPECT_EQ(told(answer, 403).at("details").at("scope"), route.scope);
    }
  }
}

TEST_F(OfficeKeys, AnyKeyIsToldWhatItIsUntilItIsRevoked) {
  for (const char* scope : {"metrics", "storage:uploads", "read,manage"}) {
    const Json made = site.ask({"key", "add", "shop \xc3\xbc", "--scope", scope});
    const std::string text = made.at("key");
    const Json shown = told(get("/dl/v1/key", text));
    EXPECT_EQ(shown, (Json{{"id", made.at("id")},
                           {"name", "shop \xc3\xbc"},
                           {"scopes", made.at("scopes")},
                           {"created_at", made.at("created_at")}}));
    site.ask({"key", "revoke", made.at("id")});
    EXPECT_EQ(refused(get("/dl/v1/key", text), 401), "unauthorized");
    EXPECT_EQ(refused(get("/dl/v1/overview", text), 401), "unauthorized");
  }
}

TEST_F(OfficeKeys, AKeyIsMadeShownOnceAndRevokedAtOnce) {
  const Json made = told(post("/dl/v1/keys", {{"name", "shop"}, {"scopes", {"read", "storage:uploads"}}}), 201);
  const std::string text = made.at("key"), path = "/dl/v1/keys/" + made.at("id").get<std::string>() + "/revoke";
  EXPECT_EQ(made.at("scopes"), (Json{"read", "storage:uploads"}));
  EXPECT_EQ(told(get("/dl/v1/key", text)).at("name"), "shop");
  const auto listed = [&] {
    const Json keys = told(get("/dl/v1/keys")).at("keys");
    EXPECT_EQ(keys.dump().find(text), std::string::npos);
    const auto found = std::ranges::find(keys, made.at("id"), [](const Json& each) { return each.at("id"); });
    return found == keys.end() ? Json{} : *found;
  };
  Json without_text = made;
  without_text.erase("key");
  EXPECT_EQ(listed(), without_text);

  const Json revoked = told(post(path));
  EXPECT_NE(revoked.at("revoked_at"), nullptr);
  EXPECT_EQ(refused(get("/dl/v1/key", text), 401), "unauthorized");
  EXPECT_EQ(told(post(path)), revoked) << "twice is the same as once";
  EXPECT_EQ(listed(), revoked);
  for (const std::string& id : {nobody, std::string{"nosuch"}, std::string{"%00"}, std::string{"%2e%2e"}})
    EXPECT_NE(post("/dl/v1/keys/" + id + "/revoke").status / 100, 2) << id;
}

TEST_F(OfficeKeys, NobodyGrantsWhatHisOwnKeyMayNotDo) {
  const std::string manager = add_key("manage,read,storage:uploads");
  const struct {
    const char* name;
    Json scopes;
    const char* beyond;
  } escalations[] = {
      {"one scope more", {"manage", "privacy"}, "privacy"},
      {"several", {"issue", "read", "metrics"}, "issue metrics"},
      {"another storage", {"storage:uploads", "storage:backups"}, "storage:backups"},
      {"a storage that is not there", {"storage:nosuch"}, "storage:nosuch"},
  };
  const std::size_t before = told(get("/dl/v1/keys")).at("keys").size();
  for (const auto& c : escalations) {
    SCOPED_TRACE(c.name);
    const Json answer = told(post("/dl/v1/keys", {{"name", "more"}, {"scopes", c.scopes}}, manager), 403);
    EXPECT_EQ(answer.at("error"), "forbidden");
    EXPECT_EQ(answer.at("details").at("scope"), c.beyond);
  }
  const struct {
    const char* name;
    Json body;
    const char* field;
  } wrong[] = {
      {"no name", {{"scopes", {"read"}}}, "name"},
      {"an empty name", {{"name", ""}, {"scopes", {"read"}}}, "name"},
      {"no scopes", {{"name", "x"}}, "scopes"},
      {"an empty list", {{"name", "x"}, {"scopes", Json::array()}}, "scopes"},
      {"text for a list", {{"name", "x"}, {"scopes", "read"}}, "scopes"},
      {"no scope", {{"name", "x"}, {"scopes", {"read manage"}}}, "scopes"},
      {"something else", {{"name", "x"}, {"scopes", {"read"}}, {"key", "mine"}}, "key"},
  };
  for (const auto& c : wrong) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(told(post("/dl/v1/keys", c.body, manager), 400).at("details").at("field"), c.field);
  }
  EXPECT_EQ(told(get("/dl/v1/keys")).at("keys").size(), before) << "none was made";
  const std::string child = told(post("/dl/v1/keys", {{"name", "less"}, {"scopes", {"manage"}}}, manager), 201).at("key");
  EXPECT_EQ(told(post("/dl/v1/keys", {{"name", "x"}, {"scopes", {"read"}}}, child), 403).at("details").at("scope"), "read");
}

}  // namespace
}  // namespace claimcheck
