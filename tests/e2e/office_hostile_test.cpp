#include <algorithm>

#include "tests/e2e/office_fixture.h"
#include "tests/support/hostile_texts.h"

namespace claimcheck {
namespace {

using namespace test;

/// Texts of strangers that want to be more than texts.
const std::vector<std::string> hostile{"\"><img src=x onerror=hacked()>",
                                       "<script>hacked()</script>",
                                       "'-hacked()-'",
                                       "${hacked()}",
                                       "{{hacked()}}",
                                       "</title><svg onload=hacked()>",
                                       "\" autofocus onfocus=\"hacked()",
                                       "javascript:hacked()",
                                       "&lt;img src=x onerror=hacked()&gt;",
                                       "<iframe srcdoc='<script>parent.hacked()<\\script>'>",
                                       "`hacked()`",
                                       "{count}",
                                       "<math><mi xlink:href=javascript:hacked()>",
                                       "\u202Egnp.exe",
                                       "<base href=//evil.example>",
                                       "<style>*{display:none}</style>",
                                       "<a href=javascript:hacked() autofocus>",
                                       "#tokens/x",
                                       "%3Cimg%20src%3Dx%3E",
                                       "<details open ontoggle=hacked()>",
                                       "\u2028hacked()",
                                       "__proto__",
                                       "<form action=//evil.example><button>",
                                       "<meta http-equiv=refresh content=0;//evil.example>",
                                       "<object data=javascript:hacked()>"};

/// Twelve texts in one, and the next twelve, and so on.
std::vector<std::string> in_dozens(const std::vector<std::string>& texts) {
  constexpr std::size_t dozen = 12;
  std::vector<std::string> joined((texts.size() + dozen - 1) / dozen);
  for (std::size_t each = 0; each < texts.size(); ++each) joined[each / dozen] += texts[each] + " ";
  return joined;
}

/// One of them as a file's name.
std::string safe(std::string name) {
  std::ranges::replace(name, '/', '_');
  std::ranges::replace(name, '\\', '_');
  return name + ".bin";
}

/// As much of one as an address may have.
std::string address_of(std::string text) {
  std::erase_if(text, [](char c) { return std::string_view{" <>,;\""}.find(c) != std::string_view::npos; });
  return "x" + text + "@example.com";
}

class OfficeHostile : public OfficeVisit {
 protected:
  void watch() { run("window.hacked = () => { window.was_hacked = true; }"); }

  void expect_harmless() {
    settle();
    EXPECT_EQ(run("document.querySelectorAll('img, iframe, script:not([src^=\"assets/\"]), math, base, style, object, "
                  "meta[http-equiv], "
                  "form[action], a[href^=javascript], [onload], [onerror], [onfocus], [ontoggle], [srcdoc], body title:not(svg "
                  "title)').length"),
              0);
    EXPECT_TRUE(run("window.was_hacked === undefined"));
  }
};

TEST_F(OfficeHostile, NamesAddressesAndFactsAsTextsInEveryView) {
  std::vector<std::string> ids;
  for (const std::string& text : hostile) {
    const std::string file = site.add_file(safe(text), "content");
    const Json wanted{{"file", file},
                      {"filename", safe(text)},
                      {"email", address_of(text)},
                      {"facts", {{"note", text}, {"platform", text.substr(0, 60)}}}};
    const Answer answer = fetch(
        site.port(),
        {.method = "POST", .target = "/dl/v1/tokens", .headers = {{"Authorization", "Bearer " + key}}, .body = wanted.dump()});
    ASSERT_EQ(answer.status, 201) << text << answer.body;
    ids.push_back(Json::parse(answer.body).at("id"));
    const std::string url = Json::parse(answer.body).at("url");
    EXPECT_EQ(fetch(site.port(), {.target = url.substr(url.find("/dl/"))}).status, 200);
  }
  make_key("read", "\"><img src=x onerror=hacked()>");
  enter("tokens");
  watch();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    SCOPED_TRACE(hostile[i]);
    show("tokens/" + ids[i]);
    wait("document.querySelector('main h1')?.textContent === " + quoted(safe(hostile[i])));
    EXPECT_TRUE(
        run("[...document.querySelectorAll('.facts dd')].some(each => each.textContent === " + quoted(hostile[i]) + ")"));
    expect_harmless();
  }
  press("Revoke");
  wait_for_text(safe(hostile.back()));
  expect_harmless();
  press("Cancel");
  for (const char* view : {"tokens", "dashboard", "keys"}) {
    SCOPED_TRACE(view);
    show(view);
    expect_harmless();
  }
  press("Create link");
  for (const char* folder : {"2026", "11"}) {
    const std::string entry =
        "[...document.querySelectorAll('dialog .entry')].find(each => each.textContent.startsWith(" + quoted(folder) + "))";
    wait(entry);
    run(entry + ".click()");
  }
  wait("document.querySelectorAll('dialog .entry [class=muted]').length > 1");
  std::vector<std::string> listed = run("[...document.querySelectorAll('dialog .entry bdi')].map(each => each.textContent)"),
                           there;
  std::ranges::transform(hostile, std::back_inserter(there), safe);
  std::ranges::sort(listed);
  std::ranges::sort(there);
  EXPECT_TRUE(std::ranges::includes(listed, there)) << Json(listed).dump();
  expect_harmless();
  EXPECT_EQ(chromium.errors(tab), std::vector<std::string>{});
}

TEST_F(OfficeHostile, WordsInWhateverTheServerAnswersStayTexts) {
  const Issued token = site.issue(site.add_file("a.bin", "content"), {.email = "ada@example.com"});
  EXPECT_EQ(fetch(site.port(), {.target = token.path}).status, 200);
  EXPECT_EQ(fetch(site.port(), {.target = token.path}).status, 410);
  wait_until("the log is written", [&] { return !site.show(token.id).at("refusals").empty(); });
  enter("cleanup");
  watch();
  // Every text that is neither a time nor an id is another from here on, and so is every name of a thing that has any name.
  run(R"((() => {
    const real = window.fetch;
    const poisoned = (value, key) => typeof value === 'string' ? (/_at$|^(after|day|id|kind)$/.test(key) ? value : window.poison)
        : Array.isArray(value) ? value.map(each => poisoned(each, typeof each === 'string' ? key : ''))
        : value === null || typeof value !== 'object' ? value
        : Object.fromEntries(Object.entries(value).map(([name, each]) =>
            [['facts', 'platforms', 'policies', 'refusals'].includes(key) ? window.poison : name, poisoned(each, name)]));
    window.fetch = async (url, options) => {
      // The storage goes by another name now, too.
      const answer = await real(url.includes('/files?') ? 'v1/storages/uploads/files?folder=2026%2F11' : url, options);
      return new Response(JSON.stringify(poisoned(await answer.json(), '')), {status: answer.status, headers: answer.headers});
    };
  })())");
  for (const std::string& text : in_dozens(hostile_texts())) {
    SCOPED_TRACE(text);
    run("window.poison = " + quoted(text));
    for (const std::string& view :
         {std::string{"tokens"}, "tokens/" + token.id, std::string{"dashboard"}, std::string{"keys"}}) {
      show(view);
      wait("document.querySelector('main').textContent.includes(window.poison)");
      expect_harmless();
    }
    press("Create link");
    wait("document.querySelector('dialog .entry')");
    expect_harmless();
    press("Close");
    wait("!document.querySelector('dialog')");
  }
  EXPECT_EQ(chromium.errors(tab), std::vector<std::string>{});
}

}  // namespace
}  // namespace claimcheck
