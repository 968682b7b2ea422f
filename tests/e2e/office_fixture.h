#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/chromium.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"

namespace claimcheck::test {

using Json = nlohmann::json;

/// A text as JavaScript reads it.
inline std::string quoted(const std::string& text) {
  return Json(text).dump();
}

/// An operator with Chromium, and a site behind Apache.
class OfficeVisit : public testing::Test {
 protected:
  static std::string settings() {
    return "[policy.brief]\nttl = \"5m\"\nlongest_ttl = \"1h\"\nmost_uses = 3\ngrace = \"0s\"\nconfirm = \"always\"\n"
           "[mail]\ntransport = \"none\"\nfrom = \"downloads@example.com\"\n";
  }

  std::string make_key(const std::string& scopes, const std::string& name = "office") const {
    return site.ask({"key", "add", name, "--scope", scopes}).at("key");
  }

  std::string address(const std::string& path) const { return fmt::format("http://127.0.0.1:{}/dl/{}", site.port(), path); }

  Json api(const std::string& path) {
    const Answer answer = fetch(site.port(), {.target = "/dl/" + path, .headers = {{"Authorization", "Bearer " + key}}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body);
  }

  /// A new tab that shows where one signs in.
  void open(const Look& look = {}) {
    tab = chromium.open(address("admin"), look);
    wait("document.querySelector('input[name=key]')");
  }
  /// Types a key and presses the button.
  void offer(const std::string& text) {
    set("input[name=key]", text);
    run("document.querySelector('form').requestSubmit()");
  }
  /// A new tab in which `key` is signed in, at a view.
  void enter(const std::string& view, const Look& look = {}) {
    open(look);
    offer(key);
    wait("document.querySelector('header nav')");
    show(view);
  }
  /// Goes to a view, and waits until it is there.
  void show(const std::string& view) {
    run("location.hash = " + quoted("#" + view));
    wait("document.querySelector('main .view." + view.substr(0, view.find('/')) + " h1')");
    settle();
  }
  /// Waits until nothing is being loaded.
  void settle() { wait("!document.querySelector('[aria-busy]')"); }

  Json run(const std::string& script) { return chromium.evaluate(tab, script); }
  void wait(const std::string& condition) { chromium.wait_for(tab, condition); }
  /// Waits until the page, or the dialog that is open, says something.
  void wait_for_text(const std::string& text) { wait(front + ".textContent.includes(" + quoted(text) + ")"); }
  std::string text(const std::string& selector) {
    return run("document.querySelector(" + quoted(selector) + ")?.textContent ?? ''");
  }

  /// Fills in a field, as typing does.
  void set(const std::string& selector, const std::string& value) {
    wait(front + ".querySelector(" + quoted(selector) + ")");
    run(
        fmt::format("(() => {{ const field = {}.querySelector({}); field.value = {}; for (const kind of ['input', 'change']) "
                    "field.dispatchEvent(new Event(kind, {{bubbles: true}})); }})()",
                    front, quoted(selector), quoted(value)));
  }
  /// Presses the button or link that says this, in the dialog if one is open.
  void press(const std::string& words) {
    const std::string found = fmt::format(
        "[...{}.querySelectorAll('button, a')].findLast(each => each.checkVisibility() && !each.disabled && "
        "(each.textContent.trim() === {} || each.ariaLabel === {}))",
        front, quoted(words), quoted(words));
    wait(found);
    run(found + ".click()");
  }
  /// Presses the only button of a form that does something, and waits until it was done.
  void confirm() {
    run("document.querySelector('dialog[open] form').requestSubmit()");
    wait("!document.querySelector('dialog [aria-busy]')");
  }

  /// The dialog that is open, or the page.
  const std::string front = "(document.querySelector('dialog[open]') ?? document.body)";

  Site site{{}, settings()};
  std::string key = make_key("issue,read,manage");
  std::unique_ptr<FrontEnd> server = start(Front::apache_fcgid, site);
  Chromium chromium;
  std::string tab;
};

}  // namespace claimcheck::test
