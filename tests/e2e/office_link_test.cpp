#include "tests/e2e/office_fixture.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

/// The dialog that makes links.
class OfficeLink : public OfficeVisit {
 protected:
  /// What a button of the new link copies.
  std::string copied(const std::string& what) {
    run("navigator.clipboard.writeText = async text => { window.copied = text; }");
    press("Copy: " + what);
    wait("window.copied !== undefined");
    const std::string text = run("(() => { const text = window.copied; delete window.copied; return text; })()");
    return text;
  }

  /// Runs a copied line in an empty folder. @return the digest of the one file that it leaves there, which has this name
  static std::string fetched(const std::string& line, const std::string& name) {
    const TemporaryFolder folder;
    const Finished finished = test::run({"bash", "-c", "cd \"$1\" && eval \"$2\"", "bash", folder.path(), line});
    EXPECT_EQ(finished.status, 0) << line << "\n" << finished.err;
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << line;
    return std::filesystem::exists(folder / name) ? sha256_of_file(folder / name) : "";
  }

  void choose(const std::string& selector) {
    wait("document.querySelector(" + quoted("dialog " + selector) + ")");
    test::OfficeVisit::run("document.querySelector(" + quoted("dialog " + selector) + ").click()");
  }
  void pick(const std::string& name) {
    const std::string entry =
        "[...document.querySelectorAll('dialog .entry')].find(each => each.querySelector('bdi').textContent === " +
        quoted(name) + ")";
    wait(entry);
    test::OfficeVisit::run(entry + ".click()");
  }

  const std::string content = noise(300 << 10);
};

TEST_F(OfficeLink, IsMadeByClicksFromTheFolderToTheLinesThatReallyFetchIt) {
  const std::string odd = "it's a \"very\" odd näme.bin";
  site.add_file(odd, content);
  enter("tokens");
  press("Create link");
  pick("2026");
  pick("11");
  pick(odd);
  EXPECT_EQ(run("document.querySelector('dialog input[name=file]').value"), "2026/11/" + odd);
  EXPECT_FALSE(run(
      "[...document.querySelectorAll('dialog button')].some(each => each.textContent === 'More' && each.checkVisibility())"));
  set("input[name=uses]", "3");
  confirm();
  wait("document.querySelector('dialog .new-link')");
  const std::string link = run("document.querySelector('dialog input.link').value");
  EXPECT_EQ(copied("Link"), link);
  EXPECT_EQ(fetched(copied("wget"), odd), sha256(content));
  EXPECT_EQ(fetched(copied("curl"), odd), sha256(content));
  press("Done");
  wait_for_text(odd);
  const Json tokens = api("v1/tokens").at("tokens");
  ASSERT_EQ(tokens.size(), 1);
  EXPECT_EQ(tokens[0].at("uses"), 2);
  EXPECT_EQ(tokens[0].at("max_uses"), 3);
}

TEST_F(OfficeLink, IsMadeWithTheKeyboardAlone) {
  site.add_file("a.bin", content);
  enter("tokens");
  run("[...document.querySelectorAll('header button')].find(each => each.textContent === 'Create link').focus()");
  chromium.type(tab, "Enter");
  wait("document.activeElement.name === 'file'");
  for (const char letter : std::string{"2026/11/a.bin"}) chromium.type(tab, std::string(1, letter));
  chromium.type(tab, "Enter");
  wait("document.querySelector('dialog .new-link')");
  EXPECT_EQ(run("document.activeElement.ariaLabel"), "Copy: Link");
  run("navigator.clipboard.writeText = async text => { window.copied = text; }");
  chromium.type(tab, "Enter");
  wait("window.copied");
  const Answer answer = fetch(site.port(), {.target = run("new URL(window.copied).pathname")});
  EXPECT_EQ(answer.sha256, sha256(content)) << answer.status << answer.body.substr(0, 200);
  chromium.type(tab, "Escape");
  wait("!document.querySelector('dialog')");
  EXPECT_EQ(run("document.activeElement.textContent"), "Create link") << "where the keyboard was before";
}

TEST_F(OfficeLink, CountsDownToItsEndAndAnotherTakesItsPlace) {
  const std::string file = site.add_file("a.bin", content);
  enter("tokens");
  press("Create link");
  set("input[name=file]", file);
  set("input[name=ttl_number]", "5");
  set("select[name=ttl_unit]", "second");
  confirm();
  wait("/^0:0[1-5]$/.test(document.querySelector('dialog .clock')?.textContent)");
  EXPECT_TRUE(run("document.querySelector('dialog .countdown').classList.contains('urgent')"));
  const std::string first = run("document.querySelector('dialog input.link').value");
  wait("document.querySelector('dialog .clock')?.textContent === 'expired'");
  EXPECT_EQ(fetch(site.port(), {.target = run("new URL(document.querySelector('dialog input.link').value).pathname")}).status,
            410);
  press("Regenerate");
  wait("document.querySelector('dialog input.link').value !== " + quoted(first));
  EXPECT_EQ(fetch(site.port(), {.target = run("new URL(document.querySelector('dialog input.link').value).pathname")}).status,
            200);
}

TEST_F(OfficeLink, KeepsToWhatItsPolicyAllowsAndSaysIt) {
  const std::string file = site.add_file("a.bin", content);
  enter("tokens");
  press("Create link");
  set("input[name=file]", file);
  set("select[name=policy]", "brief");
  wait_for_text("The policy allows 1 hour at most.");
  wait_for_text("The policy allows 3 uses at most.");
  EXPECT_EQ(
      run("document.querySelector('dialog [name=ttl_number]').value + document.querySelector('dialog [name=ttl_unit]').value"),
      "5minute");
  set("input[name=uses]", "4");
  EXPECT_FALSE(run("document.querySelector('dialog form').checkValidity()"));
  set("input[name=uses]", "3");
  set("select[name=ttl_unit]", "hour");
  EXPECT_FALSE(run("document.querySelector('dialog form').checkValidity()")) << "5 hours";
  set("input[name=ttl_number]", "1");
  set("input[name=email]", "ada@example.com");
  run("document.querySelector('dialog [name=send_mail]').click()");
  confirm();
  wait_for_text("on its way by mail");
  // This policy shows a page to everybody: the lines press its button.
  EXPECT_EQ(fetched(copied("curl"), "a.bin"), sha256(content));
  EXPECT_EQ(fetched(copied("wget"), "a.bin"), sha256(content));
  const Json token = api("v1/tokens").at("tokens").at(0);
  EXPECT_EQ(token.at("policy"), "brief");
  EXPECT_EQ(token.at("email"), "ada@example.com");
  EXPECT_EQ(site.ask({"mail", "list"}).at("mails").size(), 1);
}

TEST_F(OfficeLink, SaysWhatIsWrongWithAFileAndLetsItBeMended) {
  site.add_file("a.bin", content);
  enter("tokens");
  press("Create link");
  set("input[name=file]", "2026/11/nothing.bin");
  confirm();
  wait_for_text("There is no such file");
  set("input[name=file]", "2026/11/a.bin");
  confirm();
  wait("document.querySelector('dialog .new-link')");
}

}  // namespace
}  // namespace claimcheck
