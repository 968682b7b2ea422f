#include "tests/e2e/office_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

/// Who comes in, who stays out, and what the office is made of.
class Office : public OfficeVisit {
 protected:
  std::string id_of(const std::string& name) {
    const Json keys = site.ask({"key", "list"});
    for (const Json& each : keys.at("keys"))
      if (each.at("name") == name) return each.at("id");
    return "";
  }
};

TEST_F(Office, ThePageIsTheSameForEverybodyAndItsFilesMayBeKeptForEver) {
  const Answer page = fetch(site.port(), {.target = "/dl/admin"});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Cache-Control"), "private, no-store");
  EXPECT_EQ(
      page.header("Content-Security-Policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'");
  EXPECT_EQ(fetch(site.port(), {.target = "/dl/admin", .headers = {{"Authorization", "Bearer " + key}}}).body, page.body);
  for (const char* ending : {"css", "js"}) {
    SCOPED_TRACE(ending);
    const std::size_t begin = page.body.find("assets/office."), end = page.body.find(std::string{ending} + "\"");
    const std::size_t start = page.body.rfind("assets/", end);
    ASSERT_NE(begin, std::string::npos);
    const std::string name = page.body.substr(start, end - start) + ending;
    const Answer file = fetch(site.port(), {.target = "/dl/" + name});
    EXPECT_EQ(file.status, 200);
    EXPECT_EQ(file.header("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(file.header("X-Content-Type-Options"), "nosniff");
    std::string other = name;
    other[name.find('.') + 1] = name[name.find('.') + 1] == '0' ? '1' : '0';
    EXPECT_EQ(fetch(site.port(), {.target = "/dl/" + other}).status, 404) << other;
  }
}

TEST_F(Office, AKeyThatIsNoneAndOneThatWasRevokedStayOutsideAndHearWhy) {
  const std::string revoked = make_key("read", "old");
  site.ask({"key", "revoke", id_of("old")});
  open();
  EXPECT_EQ(run("document.activeElement.name"), "key");
  for (const std::string& wrong : {std::string{"nonsense"}, std::string(64, 'a'), revoked}) {
    offer(wrong);
    wait("document.querySelector('.problem').textContent.includes('wrong or was revoked')");
    EXPECT_FALSE(run("!!document.querySelector('header nav')"));
    run("document.querySelector('.problem').replaceChildren()");
  }
  offer("  " + key + "\n");
  wait("document.querySelector('header nav')");
}

TEST_F(Office, AKeyThatIsRevokedMeanwhileLeadsBackToTheBeginning) {
  enter("tokens");
  site.ask({"key", "revoke", id_of("office")});
  run("location.hash = '#keys'");
  wait("document.querySelector('.sign-in [role=alert]')?.textContent.includes('no longer good')");
  EXPECT_EQ(run("document.querySelectorAll('header nav, dialog, table').length"), 0);
}

TEST_F(Office, AKeyIsKeptInThisTabIfThatIsWantedAndNowhereElse) {
  const auto reload = [&] {
    run("window.before = true; location.reload()");
    wait("!window.before && document.querySelector('header nav, input[name=key]')");
  };
  enter("tokens");
  EXPECT_EQ(run("Object.values(localStorage).length + Object.values(sessionStorage).length"), 0);
  EXPECT_EQ(run("document.cookie"), "");
  reload();
  ASSERT_TRUE(run("!!document.querySelector('input[name=key]')")) << "kept in the page only";
  run("document.querySelector('input[name=keep]').click()");
  offer(key);
  wait("document.querySelector('header nav')");
  reload();
  EXPECT_TRUE(run("!!document.querySelector('header nav')"));
  open();
  EXPECT_TRUE(run("!!document.querySelector('input[name=key]')")) << "another tab";
  enter("tokens");
  press("Sign out");
  wait("document.querySelector('input[name=key]')");
  EXPECT_EQ(run("Object.values(sessionStorage).length"), 0);
}

TEST_F(Office, WhatAKeyMayNotIsNotOfferedAndThePageSaysWhy) {
  const struct {
    const char* scopes;
    std::vector<std::string> views;
    bool creates;
    std::vector<std::string> lacks;
  } cases[] = {
      {"read", {"Dashboard", "Tokens"}, false, {"issue", "manage"}},
      {"issue", {}, true, {"read", "manage"}},
      {"manage", {"Clean-up", "Keys"}, false, {"read", "issue"}},
      {"metrics", {}, false, {"read", "issue", "manage"}},
      {"issue,read,manage", {"Dashboard", "Tokens", "Clean-up", "Keys"}, true, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.scopes);
    open();
    offer(make_key(c.scopes));
    wait("document.querySelector('main .view h1')");
    EXPECT_EQ(run("[...document.querySelectorAll('header nav a')].map(each => each.textContent)"), Json(c.views));
    EXPECT_EQ(run("[...document.querySelectorAll('header button')].some(each => each.textContent === 'Create link')"),
              c.creates);
    EXPECT_EQ(
        run("(document.querySelector('body > footer')?.textContent.match(/scope (\\w+)/g) ?? []).map(each => each.slice(6))"),
        Json(c.lacks));
    settle();
    EXPECT_EQ(chromium.errors(tab), std::vector<std::string>{});
  }
}

TEST_F(Office, KeysAreMadeShownOnceAndRevoked) {
  enter("keys");
  press("Create key");
  wait("document.activeElement.name === 'name'");
  set("input[name=name]", "backup script");
  confirm();
  wait_for_text("Choose at least one scope");
  run("document.querySelector('dialog input[value=issue]').click()");
  confirm();
  wait("document.querySelector('dialog input.link')");
  const std::string made = run("document.querySelector('dialog input.link').value");
  const Answer answer = fetch(site.port(), {.target = "/dl/v1/key", .headers = {{"Authorization", "Bearer " + made}}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body).at("scopes"), Json({"issue"}));
  press("Done");
  wait("!document.documentElement.innerHTML.includes(" + quoted(made) + ")");
  press("Revoke key: \u2068backup script\u2069");
  wait_for_text("is refused from now on");
  confirm();
  wait_for_text("is revoked");
  EXPECT_EQ(fetch(site.port(), {.target = "/dl/v1/key", .headers = {{"Authorization", "Bearer " + made}}}).status, 401);
  press("Revoke key: \u2068office\u2069");
  wait_for_text("you will be signed out");
  confirm();
  wait("document.querySelector('.sign-in')");
}

TEST_F(Office, CleansUpAfterSayingWhatWouldGo) {
  const Issued token = site.issue(site.add_file("old.txt", "old"), {.policy = "brief", .ttl = "1s"});
  wait_until("it has expired", [&] { return site.show(token.id).at("state") == "expired"; });
  enter("cleanup");
  EXPECT_TRUE(run("[...document.querySelectorAll('main button')].find(each => each.textContent === 'Clean up now').disabled"));
  press("See what would go");
  wait("document.querySelector('.result h2')");
  EXPECT_EQ(text(".result h2"), "This would be done");
  EXPECT_NE(text(".result table").find("tokens ended1"), std::string::npos) << text(".result");
  press("Clean up now");
  wait_for_text("not coming back");
  confirm();
  wait("document.querySelector('.result h2')?.textContent === 'Done'");
  EXPECT_NE(text(".result table").find("tokens ended1"), std::string::npos) << text(".result");
  press("See what would go");
  wait_for_text("There is nothing to clean up");
}

}  // namespace
}  // namespace claimcheck
