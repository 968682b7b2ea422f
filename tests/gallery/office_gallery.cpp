// Takes pictures of every view of the office in Chromium, light and dark, on a wide and on a narrow screen: a real site behind
// a real Apache, with the downloads of a month.
#include <fmt/format.h>

#include <iostream>

#include "sql/database.h"
#include "sql/stores.h"
#include "tests/support/chromium.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"

namespace claimcheck::test {
namespace {

constexpr const char* settings = R"toml(
[policy.shop]
max_uses = 3
ttl = "7d"
[policy.press]
max_uses = 0
ttl = "30d"
[mail]
transport = "none"
from = "downloads@example.com"
)toml";

struct Sample {
  const char *file, *policy, *email;
};

constexpr Sample samples[] = {
    {"northwind-prints-2026.zip", "shop", "ada@example.com"},      {"wedding-anna-umit-4k.zip", "shop", "umit@example.com"},
    {"app-3.2.1-macos.dmg", "shop", "grace@example.com"},          {"app-3.2.1-windows.exe", "shop", "linus@example.com"},
    {"annual-report-2026.pdf", "press", "press@example.com"},      {"price-list-autumn.xlsx", "default", "orders@example.com"},
    {"catalogue-print-quality.pdf", "default", "bob@example.com"}, {"shop-2026-11-21.sql.gz", "default", "ops@example.com"},
};

/// What a month of downloads leaves in the log. The first link is left out: its page is to show what really happened.
void add_history(const Site& site, const std::vector<std::string>& tokens) {
  sql::prepare_driver();
  const auto database = sql::open_database(sql::target_of(site.store()));
  sql::SqlDeliveryLog log{*database};
  const Time now = database->now();
  std::vector<DeliveryRecord> deliveries;
  std::vector<RefusalRecord> refusals;
  for (int day = 29; day >= 1; --day) {
    const int busy = 12 + (day * 7) % 11 + (day % 7 < 2 ? 0 : 14);
    for (int number = 0; number < busy; ++number) {
      const Time ended = now - std::chrono::hours{24 * day} + std::chrono::minutes{11 * number};
      const bool broken = number % 9 == 4;
      const std::uint64_t size = 40'000'000 + 3'000'000ULL * static_cast<std::uint64_t>(number);
      deliveries.push_back({.id = fmt::format("gallery{:05}{:04}", day, number),
                            .token = {tokens[1 + static_cast<std::size_t>(number) % (tokens.size() - 1)]},
                            .claim = fmt::format("claim{:05}{:06}", day, number),
                            .started = ended - seconds{30},
                            .ended = ended,
                            .range = {.first = 0, .length = size},
                            .sent = broken ? size / 3 : size,
                            .outcome = broken ? Outcome::aborted : Outcome::complete,
                            .network = "203.0.113.0",
                            .completed = !broken});
      if (number % 6 == 5)
        refusals.push_back({.token = deliveries.back().token,
                            .error = number % 12 == 5 ? "usage_limit_exceeded" : "token_expired",
                            .network = "198.51.100.0",
                            .first = ended,
                            .last = ended});
    }
  }
  log.append(deliveries);
  log.count(refusals);
}

std::vector<std::string> add_links(Site& site) {
  std::vector<std::string> tokens;
  for (const Sample& sample : samples) {
    const Issued token =
        site.issue(site.add_file(sample.file, noise(200'000)), {.policy = sample.policy, .email = sample.email});
    tokens.push_back(token.id);
    if (tokens.size() == 3 || tokens.size() == 6) fetch(site.port(), {.target = token.path});
    if (tokens.size() == 1) {
      fetch(site.port(), {.target = token.path, .headers = {{"Range", "bytes=0-99999"}}});
      fetch(site.port(), {.target = token.path, .headers = {{"Range", "bytes=100000-"}}});
      fetch(site.port(), {.target = token.path}, {.stop_after = 70'000});
    }
    if (tokens.size() == 8) site.ask({"token", "revoke", token.id});
  }
  return tokens;
}

class Office {
 public:
  Office(const Site& site, Chromium& chromium) : site_(site), chromium_(chromium) {}

  void photograph(const std::filesystem::path& folder, const Look& look, const std::string& token) {
    const auto picture = [&](const std::string& name) {
      write_file(folder / fmt::format("office-{}-{}-{}.png", name, look.scheme, look.width), chromium_.picture(tab_));
      std::cout << "office " << name << std::endl;
    };
    tab_ = chromium_.open(fmt::format("http://127.0.0.1:{}/dl/admin", site_.port()), look);
    wait("document.querySelector('input[name=key]')");
    picture("sign-in");
    run("document.querySelector('input[name=key]').value = " + nlohmann::json(key_).dump() +
        "; document.querySelector('form').requestSubmit()");
    wait("document.querySelector('header nav')");
    for (const std::string view : {"dashboard", "tokens", "cleanup", "keys"}) {
      show(view);
      picture(view);
    }
    show("tokens/" + token);
    picture("token");
    show("dashboard");
    run("[...document.querySelectorAll('header button')].find(each => each.classList.contains('primary')).click()");
    wait("document.querySelector('dialog[open]') && !document.querySelector('[aria-busy]')");
    picture("create-link");
  }

 private:
  void run(const std::string& script) { chromium_.evaluate(tab_, "(() => {" + script + "})()"); }
  void wait(const std::string& condition) { chromium_.wait_for(tab_, condition); }
  void show(const std::string& view) {
    run("location.hash = '#" + view + "'");
    wait("document.querySelector('main .view." + view.substr(0, view.find('/')) +
         " h1') && !document.querySelector('[aria-busy]')");
  }

  const Site& site_;
  Chromium& chromium_;
  const std::string key_ = site_.ask({"key", "add", "office of Ada", "--scope", "issue,read,manage"}).at("key");
  std::string tab_;
};

}  // namespace
}  // namespace claimcheck::test

int main(int argc, char** argv) {
  using namespace claimcheck::test;
  const std::filesystem::path folder = std::filesystem::absolute(argc > 1 ? argv[1] : "build/screenshots");
  std::filesystem::create_directories(folder);
  Site site{{}, settings};
  const auto front = start(Front::apache_fcgid, site);
  const std::vector<std::string> tokens = add_links(site);
  add_history(site, tokens);
  site.cron();
  Chromium chromium;
  for (const char* scheme : {"light", "dark"})
    for (const int width : {1200, 320})
      Office{site, chromium}.photograph(folder, {.width = width, .height = 800, .scheme = scheme}, tokens.front());
}
