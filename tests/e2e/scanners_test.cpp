#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/chromium.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

/// Programs that open links before people do, and the person who comes after them.
class Scanners : public testing::TestWithParam<Front> {
 protected:
  static Fields browser_from(const std::string& address) {
    return {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"},
            {"User-Agent",
             "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"},
            {"X-Forwarded-For", address}};
  }

  Answer get(const std::string& path, Fields headers) {
    return fetch(site.port(), {.target = path, .headers = std::move(headers)});
  }

  /// Follows whatever the page leads to, forms excepted.
  void follow_links(const std::string& page) {
    for (const char* attribute : {"href=\"", "src=\""})
      for (std::size_t at = page.find(attribute); at != std::string::npos; at = page.find(attribute, at + 1)) {
        const std::size_t begin = at + std::string_view{attribute}.size();
        const std::string target = page.substr(begin, page.find('"', begin) - begin);
        if (target.starts_with('/')) get(target, browser_from("203.0.113.9"));
      }
  }

  /// Presses the button as a robot does, reads 64 KiB and goes away.
  void press_and_read_a_little(const std::string& path) {
    const Answer pressed = fetch(site.port(), {.method = "POST", .target = path, .headers = browser_from("203.0.113.10")});
    ASSERT_EQ(pressed.status, 303) << pressed.body;
    const std::string address = pressed.header("Location").value_or("");
    HttpExchange reading{site.port(),
                         {.target = address.substr(address.find("/dl/")), .headers = browser_from("203.0.113.10")}};
    EXPECT_EQ(reading.head().status, 200);
    std::vector<char> bytes(64 << 10);
    for (std::size_t got = 0; got < bytes.size();) got += reading.read(std::span{bytes}.subspan(got));
  }

  /// A site that believes the web server in front where a client is.
  Scanners() {
    std::string config = read_file(site.config());
    const std::string table = "[site]\n";
    config.insert(config.find(table) + table.size(), "trusted_proxies = [\"127.0.0.1\"]\n");
    write_file(site.config(), config);
    front = start(GetParam(), site);
  }

  Site site;
  std::unique_ptr<FrontEnd> front;
};

TEST_P(Scanners, LeaveASingleUseLinkToThePersonWhoComesAfterThem) {
  const std::string content = noise(24 << 20);
  const Issued token = site.issue(site.add_file("invoice.zip", content));

  EXPECT_EQ(fetch(site.port(), {.method = "HEAD", .target = token.path}).status, 200) << "HEAD";
  EXPECT_EQ(fetch(site.port(), {.method = "HEAD", .target = token.path, .headers = browser_from("203.0.113.1")}).status, 200);
  for (const char* address : {"203.0.113.1", "198.51.100.7"}) {
    const Answer page = get(token.path, browser_from(address));
    EXPECT_EQ(page.status, 200) << "GET from " << address;
    EXPECT_TRUE(page.header("Content-Type").value_or("").starts_with("text/html"));
    follow_links(page.body);
  }
  for (const auto& [name, value] : Fields{{"Sec-Purpose", "prefetch;prerender"},
                                          {"Purpose", "prefetch"},
                                          {"X-Purpose", "preview"},
                                          {"X-Moz", "prefetch"},
                                          {"User-Agent", "facebookexternalhit/1.1"},
                                          {"User-Agent", "Mozilla/5.0 (compatible; bingbot/2.0)"}}) {
    const Answer page = get(token.path, {{"Accept", "*/*"}, {name, value}});
    EXPECT_EQ(page.status, 200) << name;
    EXPECT_TRUE(page.header("Content-Type").value_or("").starts_with("text/html")) << name << ": " << value;
  }
  {
    Chromium robot;
    const std::string tab = robot.open(token.url, {});
    EXPECT_EQ(robot.evaluate(tab, "document.querySelector('h1').innerText"), "invoice.zip") << "GET with its script run";
    EXPECT_EQ(robot.completed(), 0);
  }
  EXPECT_EQ(site.show(token.id).at("uses"), 0) << "so far nobody has pressed the button";
  press_and_read_a_little(token.path);

  Chromium person;
  const std::string tab = person.open(token.url, {});
  // The robot's delivery may be noticed as dead only now: then the page asks to wait, and the person does.
  wait_until(
      "the page has a button",
      [&] {
        if (person.evaluate(tab, "!!document.querySelector('form.download')") == true) return true;
        person.evaluate(tab, "location.reload()");
        return false;
      },
      std::chrono::seconds{60});
  person.evaluate(tab, "document.querySelector('.main-button').click()");
  wait_until("it is downloaded", [&] { return person.completed() == 1; }, std::chrono::seconds{60});
  EXPECT_EQ(sha256_of_file(person.downloads() / "invoice.zip"), sha256(content));
  EXPECT_EQ(site.show(token.id).at("uses"), 1) << "scanners and person together";
}

INSTANTIATE_TEST_SUITE_P(Behind, Scanners, testing::Values(Front::apache_fcgid, Front::nginx),
                         [](const auto& instance) { return name_of(instance.param); });

}  // namespace
}  // namespace claimcheck
