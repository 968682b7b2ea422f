#include <functional>

#include "tests/e2e/office_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

/// Tokens: found, understood and changed.
class OfficeTokens : public OfficeVisit {
 protected:
  std::vector<std::string> listed() {
    settle();
    return run("[...document.querySelectorAll('.tokens tbody th a')].map(each => each.textContent)");
  }
  void wait_for_list(const std::vector<std::string>& names) {
    wait("JSON.stringify([...document.querySelectorAll('.tokens tbody th a')].map(each => each.textContent).sort()) === " +
         quoted(Json(names).dump()));
  }
  int status_of(const std::string& path) { return fetch(site.port(), {.target = path}).status; }
};

TEST_F(OfficeTokens, AreSearchedFilteredAndTurnedPageByPage) {
  for (const char* name : {"alpha.txt", "beta.txt", "100%.txt"}) site.add_file(name, name);
  const Issued alpha = site.issue("2026/11/alpha.txt", {.email = "ada@example.com"});
  const Issued beta = site.issue("2026/11/beta.txt", {.email = "bob@example.com"});
  site.issue("2026/11/100%.txt");
  site.ask({"token", "revoke", beta.id});
  enter("tokens");
  wait_for_list({"100%.txt", "alpha.txt", "beta.txt"});
  const struct {
    const char* name;
    std::string search, state;
    std::vector<std::string> found;
  } cases[] = {
      {"a part of a name", "LPH", "", {"alpha.txt"}},    {"a part of an address", "bob@", "", {"beta.txt"}},
      {"a percent sign as such", "%", "", {"100%.txt"}}, {"an id", alpha.id, "", {"alpha.txt"}},
      {"a state", "", "revoked", {"beta.txt"}},          {"both", "txt", "active", {"100%.txt", "alpha.txt"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    set(".filters select", c.state);
    set(".filters input", c.search);
    wait_for_list(c.found);
  }
  set(".filters input", "nobody has this");
  wait_for_text("Nothing matches");
  for (int i = 0; i < 28; ++i) site.issue("2026/11/alpha.txt");
  set(".filters select", "");
  set(".filters input", "");
  wait("document.querySelectorAll('.tokens tbody tr').length === 25");
  press("Next page");
  wait("document.querySelectorAll('.tokens tbody tr').length === 6");
  press("Previous page");
  wait("document.querySelectorAll('.tokens tbody tr').length === 25");
}

TEST_F(OfficeTokens, TellWhyEachUseWasCounted) {
  const Issued token = site.issue(site.add_file("film.bin", std::string(1 << 20, 'x')), {.email = "ada@example.com"});
  EXPECT_EQ(fetch(site.port(), {.method = "HEAD", .target = token.path}).status, 200);
  enter("tokens/" + token.id);
  wait_for_text("Nothing was counted so far");
  EXPECT_EQ(fetch(site.port(), {.target = token.path, .headers = {{"Range", "bytes=0-99"}}}).status, 206);
  EXPECT_EQ(status_of(token.path), 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status_of(token.path), 410);
  wait_until("the log is written", [&] {
    const Json shown = site.show(token.id);
    return shown.at("deliveries").size() == 2 && !shown.at("refusals").empty() && shown.at("refusals").at(0).at("times") == 3;
  });
  enter("tokens/" + token.id);
  wait("document.querySelector('.verdict')");
  const std::string told = text("main");
  for (const char* said :
       {"Used up", "1 of 1 uses is spent.", "Use 1", "from 127.0.0.0", "1 MiB of 1 MiB are covered.", "Complete since",
        "1 MiB were sent in all, repeats included.", "bytes 0–99 · 100 bytes of 100 bytes sent",
        "Cost one use: it began a new download.", "Cost nothing: it began again, since this use was not complete yet.",
        "The link had been used as often as it allows usage_limit_exceeded3 times between"})
    EXPECT_NE(told.find(said), std::string::npos) << said << " in\n" << told;
  EXPECT_EQ(run("document.activeElement.tagName"), "H1");
}

TEST_F(OfficeTokens, AreExtendedRegeneratedRevokedAndGivenBackAndEachSaysWhatWillHappen) {
  const Issued token = site.issue(site.add_file("a.bin", "content"), {.ttl = "1h", .email = "ada@example.com"});
  enter("tokens/" + token.id);
  press("Extend");
  wait("document.activeElement.name === 'ttl_number'");
  wait_for_text("stays as it is");
  set("input[name=uses]", "2");
  wait_for_text("for 3 uses.");
  set("input[name=ttl_number]", "1");
  set("select[name=ttl_unit]", "day");
  confirm();
  wait_for_text("0 of 3");
  EXPECT_EQ(site.show(token.id).at("max_uses"), 3);

  press("Regenerate");
  wait_for_text("The old link stops working at once");
  run("document.querySelector('dialog [name=send_mail]').click()");
  confirm();
  wait("document.querySelector('dialog input.link')");
  const std::string renewed = run("new URL(document.querySelector('dialog input.link').value).pathname");
  press("Done");
  EXPECT_EQ(status_of(token.path), 410);
  EXPECT_EQ(status_of(renewed), 200);
  EXPECT_EQ(site.ask({"mail", "list"}).at("mails").size(), 1);

  press("Revoke");
  wait_for_text("You can take this back afterwards");
  press("Cancel");
  EXPECT_EQ(status_of(renewed), 200) << "nothing happens without a yes";
  press("Revoke");
  confirm();
  wait("document.querySelector('.heading .badge.revoked')");
  EXPECT_EQ(status_of(renewed), 410);
  press("Undo");
  wait("document.querySelector('.heading .badge.active')");
  EXPECT_EQ(status_of(renewed), 200);
  press("Revoke");
  confirm();
  show("tokens");
  show("tokens/" + token.id);
  press("Undo the revocation");
  wait("!document.querySelector('.heading .badge.revoked') && document.querySelector('.heading .badge')");
  EXPECT_TRUE(site.show(token.id).at("revoked_at").is_null());
}

TEST_F(OfficeTokens, WhatCannotBeDoneIsSaidWhereItWasAsked) {
  const Issued token = site.issue(site.add_file("a.bin", "content"));
  enter("tokens/" + token.id);
  press("Extend");
  set("input[name=uses]", "");
  confirm();
  wait("document.querySelector('dialog .problem').textContent.includes('That was not accepted')");
  std::filesystem::remove(site.uploads() / "2026/11/a.bin");
  set("input[name=uses]", "1");
  confirm();
  wait("document.querySelector('dialog .problem').textContent.includes('There is no such file')");
  press("Cancel");
  run("location.hash = '#tokens/01890000-0000-7000-8000-000000000001'");
  wait_for_text("There is no such token");
  press("All tokens");
  wait_for_text("State");
}

TEST_F(OfficeTokens, TheDashboardTellsTheNumbersOfTheStatistics) {
  const std::string file = site.add_file("a.bin", std::string(5000, 'x'));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status_of(site.issue(file, {.email = "ada@example.com"}).path), 200);
  const Issued twice = site.issue(file, {.policy = "brief"});
  EXPECT_EQ(fetch(site.port(), {.method = "POST", .target = twice.path}).status, 303);
  EXPECT_EQ(status_of(twice.path), 200) << "its page";
  const Issued used = site.issue(file);
  EXPECT_EQ(status_of(used.path), 200);
  EXPECT_EQ(status_of(used.path), 410);
  wait_until("the log is written", [&] {
    const Json counts = api("v1/stats").at("downloads");
    return counts.at("completed") == 4 && counts.at("refused") == 1;
  });
  enter("dashboard");
  wait("document.querySelector('.tiles')");
  const Json stats = api("v1/stats"), overview = api("v1/overview");
  const auto tile = [&](const std::string& label) {
    return run("[...document.querySelectorAll('.tile')].find(each => each.firstChild.textContent === " + quoted(label) +
               ").querySelector('dd').textContent")
        .get<std::string>();
  };
  EXPECT_EQ(tile("Today"), std::to_string(stats.at("today").get<int>()));
  EXPECT_EQ(tile("Live tokens"), std::to_string(overview.at("active_tokens").get<int>()));
  EXPECT_EQ(tile("Success"), "100%");
  EXPECT_EQ(tile("Cron ran"), "never");
  EXPECT_NE(text(".warnings").find("The cron never ran"), std::string::npos);
  const Json rows =
      run("[...document.querySelectorAll('figure:first-child tbody tr')].map(row => [...row.querySelectorAll('td')].slice(0, "
          "5).map(cell "
          "=> Number(cell.textContent)))");
  ASSERT_EQ(rows.size(), stats.at("days").size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& day = stats.at("days").at(rows.size() - 1 - i);
    EXPECT_EQ(rows[i],
              Json({day.at("completed"), day.at("handed_off"), day.at("aborted"), day.at("failed"), day.at("refused")}));
  }
  wait("document.querySelectorAll('figure:first-child svg.days .bar').length > 1");  // drawn once its width is known
  EXPECT_NE(text("figcaption").find("4 completed, 0 broken off, 1 refused"), std::string::npos) << text("figcaption");
  EXPECT_EQ(site.cron().status, 0);
  press("Refresh");
  wait("!document.querySelector('.warnings')?.textContent.includes('cron')");
  set(".heading select", "7");
  wait("document.querySelectorAll('figure:first-child tbody tr').length === 7");
  EXPECT_EQ(chromium.errors(tab), std::vector<std::string>{});
}

}  // namespace
}  // namespace claimcheck
