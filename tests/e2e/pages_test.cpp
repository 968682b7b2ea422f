#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/axe.h"
#include "tests/support/backup.h"
#include "tests/support/chromium.h"
#include "tests/support/cutting_proxy.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

/// People with Chromium who meet a site's pages.
class PagesInChromium : public testing::Test {
 protected:
  /// Looks at a link. @return the tab
  std::string look(const Issued& token, const Look& how = {}) { return chromium.open(token.url, how); }

  std::string text_of(const std::string& tab, const std::string& selector) {
    return chromium.evaluate(tab, "document.querySelector('" + selector + "')?.innerText ?? ''").get<std::string>();
  }

  /// A status is the server's, not Chromium's.
  int status_of(const Issued& token) {
    return fetch(site.port(), {.target = token.path, .headers = {{"Accept", "text/html"}}}).status;
  }

  void expect_good(const std::string& tab) {
    EXPECT_EQ(chromium.errors(tab), std::vector<std::string>{});
    EXPECT_EQ(accessibility_faults(chromium, tab), std::vector<std::string>{});
    EXPECT_LE(chromium.evaluate(tab, "document.documentElement.scrollWidth - innerWidth"), 0)
        << "it has to be scrolled sideways";
  }

  Site site{{}, "[policy.press]\nconfirm = \"always\"\n[policy.slow]\nrate = \"60 KB/s\"\nburst = \"60 KB\"\n"};
  std::unique_ptr<FrontEnd> front = start(Front::apache_fcgid, site);
  Chromium chromium;
  const std::string content = noise(300 << 10);
};

TEST_F(PagesInChromium, ShowTheFileInTheReadersTimeZoneAndLanguageWithOneRequestAndNoFault) {
  const Issued token = site.issue(site.add_file("plan.pdf", content), {.uses = 3});
  for (const char* scheme : {"light", "dark"})
    for (const int width : {320, 1000}) {
      SCOPED_TRACE(fmt::format("{} {}", scheme, width));
      const std::string tab =
          look(token, {.width = width, .scheme = scheme, .language = "de-DE", .timezone = "Asia/Kathmandu"});
      EXPECT_EQ(text_of(tab, "h1"), "plan.pdf");
      EXPECT_EQ(text_of(tab, "button.main-button"), "Herunterladen");
      EXPECT_NE(text_of(tab, "time").find("GMT+5:45"), std::string::npos) << text_of(tab, "time");
      EXPECT_NE(text_of(tab, "dl").find("Verbleibende Downloads\n3"), std::string::npos) << text_of(tab, "dl");
      EXPECT_EQ(chromium.requested(tab), std::vector<std::string>{token.url});
      expect_good(tab);
    }
  EXPECT_EQ(site.show(token.id).at("uses"), 0);
}

TEST_F(PagesInChromium, AreReadAndUsedWithoutScriptsAndByKeyboard) {
  const Issued token = site.issue(site.add_file("plan.pdf", content));
  const std::string tab = look(token, {.scripts = false});
  EXPECT_NE(text_of(tab, "time").find(" UTC"), std::string::npos);
  EXPECT_EQ(text_of(tab, ".line button"), "") << "what needs a script is not offered";
  chromium.type(tab, "Tab");  // the support address comes after it
  EXPECT_EQ(chromium.evaluate(tab, "document.activeElement.className"), "main-button");
  chromium.type(tab, "Enter");
  wait_until("it is downloaded", [&] { return chromium.completed() == 1; });
  EXPECT_EQ(sha256_of_file(chromium.downloads() / "plan.pdf"), sha256(content));
}

TEST_F(PagesInChromium, CountDownAndSayWhenTheTimeIsOver) {
  const Issued token = site.issue(site.add_file("plan.pdf", content), {.ttl = "4s"});
  const std::string tab = look(token);
  EXPECT_EQ(chromium.evaluate(tab, "document.querySelector('[data-seconds]').className"), "ends") << "the last minute is red";
  EXPECT_EQ(text_of(tab, "[data-seconds]").substr(0, 3), "0:0");
  chromium.wait_for(tab, "document.querySelector('.main-button').disabled");
  EXPECT_EQ(text_of(tab, "[data-seconds]"), "0:00");
  EXPECT_NE(text_of(tab, ".told").find("The time of this link is over"), std::string::npos);
  expect_good(tab);
  wait_until("the server says so too", [&] { return status_of(token) == 410; });
  const std::string refused = look(token);
  EXPECT_EQ(text_of(refused, "h1"), "This link has expired");
  EXPECT_NE(text_of(refused, "dl").find("Expired"), std::string::npos);
}

TEST_F(PagesInChromium, SayWhatThePressedButtonDoes) {
  const Issued token = site.issue(site.add_file("plan.pdf", content));
  const std::string tab = look(token);
  chromium.evaluate(tab, "document.querySelector('.main-button').click()");
  chromium.wait_for(tab, "document.querySelector('.told').textContent.includes('Your download begins now')");
  wait_until("it is downloaded", [&] { return chromium.completed() == 1; });
  EXPECT_EQ(sha256_of_file(chromium.downloads() / "plan.pdf"), sha256(content));
  wait_until("it is settled", [&] { return !site.show(token.id).at("claims").at(0).at("completed_at").is_null(); });
  const std::string again = look(token);
  EXPECT_EQ(text_of(again, "h1"), "This link has been used");
  EXPECT_NE(text_of(again, "dl").find("From the network\n127.0.0.0"), std::string::npos) << text_of(again, "dl");
  EXPECT_EQ(status_of(token), 410);
  expect_good(again);
}

TEST_F(PagesInChromium, ShowCommandLinesThatFetchTheFileAndGoOnAfterABrokenLine) {
  const std::string name = "it's \"mine\" $(id).zip";
  for (const char* policy : {"default", "press"})
    for (const int which : {0, 1}) {
      const Issued token = site.issue(site.add_file("plan.pdf", content), {.policy = policy, .filename = name});
      const std::string tab = look(token);
      const std::string line =
          chromium.evaluate(tab, fmt::format("document.querySelectorAll('.line code')[{}].textContent", which));
      SCOPED_TRACE(line);
      const TemporaryFolder folder;
      const Finished fetched = run({"bash", "-c", "cd \"$1\" && " + line, "bash", folder.path()});
      EXPECT_EQ(fetched.status, 0) << fetched.err;
      EXPECT_EQ(sha256_of_file(folder / name), sha256(content));
      EXPECT_EQ(site.show(token.id).at("uses"), 1);
    }
  const Issued token = site.issue(site.add_file("plan.pdf", content), {.filename = name});
  std::string line = chromium.evaluate(look(token), "document.querySelector('.line code').textContent");
  CuttingProxy cutting{site.port(), {100 << 10}};
  line.replace(line.find(token.url), token.url.size(), cutting.through(token.url));
  const TemporaryFolder folder;
  const auto again = [&] { return run({"bash", "-c", "cd \"$1\" && " + line, "bash", folder.path()}).status; };
  EXPECT_NE(again(), 0) << "the line was cut";
  wait_until("the same command ends well", [&] { return again() == 0; });
  EXPECT_EQ(sha256_of_file(folder / name), sha256(content));
  EXPECT_EQ(site.show(token.id).at("uses"), 1);
}

TEST_F(PagesInChromium, CopyACommandLine) {
  const Issued token = site.issue(site.add_file("plan.pdf", content));
  const std::string tab = look(token);
  chromium.evaluate(tab,
                    "document.querySelector('details').open = true; window.copied = '';"
                    "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { copied = text; }}});"
                    "document.querySelector('.line button').click()");
  chromium.wait_for(tab, "document.querySelector('.line button').textContent == 'Copied'");
  EXPECT_EQ(chromium.evaluate(tab, "copied"), chromium.evaluate(tab, "document.querySelector('.line code').textContent"));
  expect_good(tab);
}

TEST_F(PagesInChromium, AreOnOneSheetOfPaper) {
  const std::string pdf = chromium.print(look(site.issue(site.add_file("plan.pdf", content))));
  EXPECT_TRUE(pdf.starts_with("%PDF-"));
  EXPECT_NE(pdf.find("/Count 1"), std::string::npos) << "one page";
}

TEST_F(PagesInChromium, SayWhatToDoWhenALinkDoesNotGiveItsFile) {
  const Issued withdrawn = site.issue(site.add_file("a.pdf", content));
  site.ask({"token", "revoke", withdrawn.id});
  const Issued lost = site.issue(site.add_file("b.pdf", content));
  std::filesystem::remove(site.uploads() / "2026/11/b.pdf");
  const Issued changed = site.issue(site.add_file("c.pdf", content));
  site.add_file("c.pdf", "another");
  const Issued replaced = site.issue(site.add_file("d.pdf", content));
  site.ask({"token", "regenerate", replaced.id});
  const Issued unknown{.url = fmt::format("http://127.0.0.1:{}/dl/{}", site.port(), secret_that_opens_nothing),
                       .path = "/dl/" + secret_that_opens_nothing};
  const struct {
    const char* name;
    Issued token;
    int status;
    const char* title;
    const char* german;
  } cases[] = {
      {"withdrawn", withdrawn, 410, "This link was withdrawn", "Dieser Link wurde zurückgezogen"},
      {"its file is gone", lost, 404, "The file is no longer there", "Die Datei ist nicht mehr da"},
      {"its file is another", changed, 410, "The file has changed", "Die Datei hat sich geändert"},
      {"a newer one was made", replaced, 410, "This link was withdrawn", "Dieser Link wurde zurückgezogen"},
      {"nobody's", unknown, 404, "This link leads nowhere", "Dieser Link führt nirgendwohin"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(status_of(c.token), c.status);
    const std::string tab = look(c.token, {.width = 320, .scheme = "dark"});
    EXPECT_EQ(text_of(tab, "h1"), c.title);
    EXPECT_EQ(text_of(look(c.token, {.language = "de"}), "h1"), c.german);
    expect_good(tab);
  }
}

TEST_F(PagesInChromium, LetWhoComesWhileTheFileIsFetchedTryAgain) {
  const Issued token = site.issue(site.add_file("plan.pdf", content), {.policy = "slow"});
  std::jthread somebody{[&] { EXPECT_EQ(fetch(site.port(), {.target = token.path}).body, content); }};
  wait_until("it is being fetched", [&] { return status_of(token) == 409; });
  const std::string tab = look(token);
  EXPECT_EQ(text_of(tab, "h1"), "This file is being downloaded right now");
  EXPECT_EQ(text_of(tab, "a.main-button"), "Try again");
  expect_good(tab);
  somebody.join();
  wait_until("it has been fetched", [&] { return status_of(token) == 410; });
  chromium.evaluate(tab, "document.querySelector('a.main-button').click()");
  chromium.wait_for(tab, "document.querySelector('h1')?.innerText === 'This link has been used'");
}

/// The same for a file that is kept encrypted.
class PagesOfBackups : public PagesInChromium {
 protected:
  PagesOfBackups() {
    std::filesystem::create_directories(backups);
    write_backup(backups / "shop.sql.enc", content);
    write_file(site.config(), fmt::format("{}[storage.backups]\nkind = \"encrypted\"\nroot = \"{}\"\n{}",
                                          read_file(site.config()), backups.string(), dbackup_profiles()));
    give_to_site_user(site.folder());
  }

  const std::filesystem::path backups = site.folder() / "backups";
};

TEST_F(PagesOfBackups, LetTheReaderChooseBetweenDecryptedAndStoredOnTheSameUse) {
  const Issued token = site.issue("shop.sql.enc", {.storage = "backups"});
  const std::string tab = look(token);
  expect_good(tab);
  chromium.evaluate(tab, "document.querySelector('[value=stored]').click(); document.querySelector('.main-button').click()");
  wait_until("it is downloaded", [&] { return chromium.completed() == 1; });
  const Finished listed =
      run({"python3", "-c", "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))",
           chromium.downloads() / "shop.sql.zip", "shop.sql.enc"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_TRUE(listed.out == read_file(backups / "shop.sql.enc"));
  EXPECT_EQ(site.show(token.id).at("uses"), 1);

  const Issued plain = site.issue("shop.sql.enc", {.storage = "backups"});
  const std::string other = look(plain);
  chromium.evaluate(other, "document.querySelector('.main-button').click()");
  wait_until("it is downloaded", [&] { return chromium.completed() == 2; });
  EXPECT_EQ(sha256_of_file(chromium.downloads() / "shop.sql"), sha256(content));
}

TEST_F(PagesOfBackups, OfferNoPlaintextOfALinkThatIsToGiveNone) {
  const json stored = site.ask({"issue", "shop.sql.enc", "--storage", "backups", "--no-decrypt"});
  const std::string path = "/dl/" + stored.at("secret").get<std::string>();
  const Answer page = fetch(site.port(), {.target = path, .headers = {{"Accept", "text/html"}}});
  EXPECT_EQ(page.body.find("name=\"as\""), std::string::npos);
  const Answer pressed = fetch(site.port(), {.method = "POST", .target = path, .body = "as=decrypted"});
  const std::string address = pressed.header("Location").value_or("");
  ASSERT_TRUE(address.ends_with("/shop.sql.zip")) << address;
  const std::string claim = address.substr(address.find("/dl/"));
  const Answer decrypted = fetch(site.port(), {.target = claim.substr(0, claim.rfind('/')) + "/shop.sql"});
  EXPECT_EQ(decrypted.status, 404) << decrypted.body.substr(0, 100);
}

}  // namespace
}  // namespace claimcheck
