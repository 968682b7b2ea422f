#include <functional>
#include <regex>

#include "fcgi/embedded_file.h"
#include "tests/e2e/office_fixture.h"
#include "tests/support/axe.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;

/// A view or a dialog of the office, and how one gets there from the page where one signs in.
struct Sight {
  std::string name;
  std::function<void()> reach;
};

/// Whether everybody can use all of the office.
class OfficeQuality : public OfficeVisit {
 protected:
  /// A site on which there is something to see: links in all states, downloads, refusals.
  void live() {
    const std::string file = site.add_file("release-2.4.1.zip", std::string(300'000, 'x'));
    token = site.issue(file, {.email = "ada@example.com"});
    const std::vector<std::pair<std::string, int>> visits{{token.path, 200}, {token.path, 410}};
    for (const auto& [path, status] : visits) EXPECT_EQ(fetch(site.port(), {.target = path}).status, status);
    site.ask({"token", "revoke", site.issue(file, {.email = "bob@example.com"}).id});
    site.issue(file, {.policy = "open"});
    fresh = site.issue(file, {.ttl = "2h"});
    wait_until("the log is written", [&] { return !site.show(token.id).at("refusals").empty(); });
  }

  std::vector<Sight> sights() {
    const auto view = [this](const std::string& name) { return [this, name] { show(name); }; };
    const auto dialog = [this](const std::string& name, const std::string& button) {
      return [this, name, button] {
        show(name);
        run("[...document.querySelectorAll('main button, header button')].find(each => each.textContent.trim() === " +
            quoted(button) + ").click()");
        wait("document.querySelector('dialog form')");
        settle();
      };
    };
    return {{"dashboard", view("dashboard")},
            {"dashboard-tables",
             [this] {
               show("dashboard");
               run("document.querySelectorAll('details').forEach(each => { each.open = true; })");
             }},
            {"tokens", view("tokens")},
            {"token", view("tokens/" + token.id)},
            {"cleanup",
             [this] {
               show("cleanup");
               run("document.querySelector('main button').click()");
               wait("document.querySelector('.result h2')");
             }},
            {"keys", view("keys")},
            {"extend", dialog("tokens/" + fresh.id, "Extend")},
            {"regenerate", dialog("tokens/" + fresh.id, "Regenerate")},
            {"revoke", dialog("tokens/" + fresh.id, "Revoke")},
            {"create-key", dialog("keys", "Create key")},
            {"create-link", dialog("tokens", "Create link")},
            {"new-link", [this, dialog] {
               dialog("tokens", "Create link")();
               set("input[name=file]", "2026/11/release-2.4.1.zip");
               confirm();
               wait("document.querySelector('dialog .new-link')");
             }}};
  }

  void look_at(const Sight& sight, const std::string& kind) {
    run("document.querySelectorAll('dialog').forEach(each => each.close()); location.hash = '#'");
    sight.reach();
    const std::filesystem::path folder = CLAIMCHECK_SOURCE_DIR "/build/screenshots";
    std::filesystem::create_directories(folder);
    write_file(folder / fmt::format("office-{}-{}.png", sight.name, kind), chromium.picture(tab));
  }

  Issued token, fresh;
};

TEST_F(OfficeQuality, HasNoFaultOfAccessibilityInAnyViewOrDialogInBothSchemes) {
  live();
  for (const char* scheme : {"light", "dark"}) {
    open({.scheme = scheme});
    EXPECT_EQ(accessibility_faults(chromium, tab), std::vector<std::string>{}) << "where one signs in";
    offer(key);
    wait("document.querySelector('header nav')");
    for (const Sight& sight : sights()) {
      SCOPED_TRACE(fmt::format("{} {}", sight.name, scheme));
      look_at(sight, scheme);
      EXPECT_EQ(accessibility_faults(chromium, tab), std::vector<std::string>{});
    }
    EXPECT_EQ(chromium.errors(tab), std::vector<std::string>{});
  }
}

TEST_F(OfficeQuality, FitsIntoThreeHundredAndTwentyPixelsInBothLanguages) {
  live();
  for (const char* language : {"en", "de"}) {
    enter("tokens", {.width = 320, .height = 640, .language = language});
    EXPECT_EQ(run("document.documentElement.lang"), Json(language));
    for (const Sight& sight : sights()) {
      if (std::string{language} == "de" && sight.name != "dashboard" && sight.name != "tokens" && sight.name != "token" &&
          sight.name != "cleanup" && sight.name != "keys")
        continue;  // their buttons are named in English here
      SCOPED_TRACE(fmt::format("{} {}", sight.name, language));
      look_at(sight, fmt::format("320-{}", language));
      EXPECT_LE(run("document.documentElement.scrollWidth"), 320);
      EXPECT_TRUE(
          run("[...document.querySelectorAll('dialog, .dialog-content')].every(each => each.scrollWidth <= each.clientWidth)"));
    }
  }
}

TEST_F(OfficeQuality, AsksNobodyButItsOwnSite) {
  live();
  enter("tokens");
  for (const Sight& sight : sights()) look_at(sight, "light");
  int asked = 0;
  for (const std::string& url : chromium.requested(tab)) {
    if (url.starts_with("data:")) continue;
    ++asked;
    EXPECT_TRUE(url.starts_with(address(""))) << url;
    EXPECT_EQ(url.find(key), std::string::npos);
  }
  EXPECT_GT(asked, 20);
}

TEST_F(OfficeQuality, ItsFirstViewTravelsInThirtyKilobytes) {
  const std::string page = fetch(site.port(), {.target = "/dl/admin"}).body;
  const std::regex asset{"assets/[a-z0-9.]+"};
  std::vector<std::string> parts{page};
  for (std::sregex_iterator each{page.begin(), page.end(), asset}, end; each != end; ++each)
    parts.push_back(fetch(site.port(), {.target = "/dl/" + each->str()}).body);
  ASSERT_EQ(parts.size(), 3);
  std::size_t all = 0;
  for (const std::string& part : parts) all += test::run({"gzip", "-c"}, std::chrono::seconds{20}, {}, part).out.size();
  EXPECT_LE(all, 30'000);
  EXPECT_GT(all, 10'000) << "something was there";
}

TEST_F(OfficeQuality, SaysEverythingInEnglishAndInGermanAndSaysAllThatItCan) {
  const Json english = Json::parse(fcgi::embedded_file("office/en.json")),
             german = Json::parse(fcgi::embedded_file("office/de.json"));
  std::string code;
  for (const auto& file : std::filesystem::directory_iterator(CLAIMCHECK_SOURCE_DIR "/fcgi/office"))
    if (file.path().extension() == ".js") code += read_file(file.path());
  const std::regex name{"\\{(\\w+)\\}"};
  const auto names = [&](const std::string& words) {
    std::set<std::string> all;
    for (std::sregex_iterator each{words.begin(), words.end(), name}, end; each != end; ++each) all.insert(each->str());
    return all;
  };
  ASSERT_EQ(english.size(), german.size());
  for (const auto& [word, words] : english.items()) {
    SCOPED_TRACE(word);
    ASSERT_TRUE(german.contains(word));
    EXPECT_EQ(names(words), names(german.at(word))) << "the same values stand in both";
    // Families are said by what the server calls them, such as "error.forbidden"; of numbers there is one, and others.
    const std::string family = word.substr(0, word.rfind('.'));
    const auto said = [&](const std::string& text) { return code.find(text) != std::string::npos; };
    EXPECT_TRUE(said('"' + word + '"') || said('"' + family + '"') || said('`' + family + ".$")) << "nobody says it";
  }
  const std::regex call{"say(?:Count)?\\(\"([\\w.]+)\""};
  for (std::sregex_iterator each{code.begin(), code.end(), call}, end; each != end; ++each) {
    const std::string word = (*each)[1];
    EXPECT_TRUE(english.contains(word) || english.contains(word + ".other")) << word;
  }
}

}  // namespace
}  // namespace claimcheck
