#include <fmt/format.h>
#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/read_mail.h"

namespace claimcheck {
namespace {

using namespace test;
using nlohmann::json;

constexpr const char* settings = R"toml(
[mail]
transport = "none"
from = "downloads@example.com"
[policy.kind]
ttl = "1h"
renew = true
[policy.capped]
renew = true
most_uses = 1
[policy.paid]
renew = true
checks = ["paid"]
[check.paid]
query = "SELECT 0"
)toml";

/// Holders whose link is over, and a page that offers them a new one.
class Renewal : public testing::Test {
 protected:
  Issued issue(const std::string& policy, const std::string& email, const std::string& ttl = {}) {
    return site.issue(file, {.policy = policy, .ttl = ttl, .email = email});
  }
  Answer get(const Issued& token) const { return fetch(site.port(), {.target = token.path, .headers = {{"Accept", "*/*"}}}); }
  Answer page(const Issued& token) const {
    return fetch(site.port(), {.target = token.path, .headers = {{"Accept", "text/html"}}});
  }
  Answer ask_for_another(const Issued& token, const std::string& accept = "text/html") const {
    return fetch(site.port(), {.method = "POST", .target = token.path + "/renew", .headers = {{"Accept", accept}}});
  }
  Issued used_up(const std::string& policy, const std::string& email) {
    const Issued token = issue(policy, email);
    EXPECT_EQ(get(token).status, 200);
    wait_until("it is settled", [&] { return get(token).status == 410; });
    return token;
  }
  /// The links in renewal mails to an address that wait to be sent.
  std::vector<std::string> mailed_to(const std::string& email) const {
    std::vector<std::string> found;
    const json mails = site.ask({"mail", "list"}).at("mails");
    for (const auto& mail : mails)
      if (mail.at("recipient") == email && mail.at("kind") == "renewal") found.push_back(mail.at("id"));
    return found;
  }
  /// The link in the only mail that is due.
  std::string taken_link() const {
    const json mails = site.ask({"mail", "take"}).at("mails");
    EXPECT_EQ(mails.size(), 1);
    return links_in(read_mail(mails.at(0).at("message")).at("text")).at(0);
  }
  void wait_until_expired(const Issued& token) const {
    wait_until("it has expired", [&] { return fetch(site.port(), {.method = "HEAD", .target = token.path}).status == 410; });
  }

  Site site{{}, settings};
  const std::string file = site.add_file("plan.pdf", "the plan");
  std::unique_ptr<FrontEnd> front = start(Front::apache_fcgid, site);
};

TEST_F(Renewal, MailsALinkThatWorksAsTheOldOneDidAtFirst) {
  const Issued token = used_up("kind", "ada@example.com");
  EXPECT_NE(page(token).body.find(fmt::format("action=\"{}/renew\"", token.url)), std::string::npos) << page(token).body;
  const Answer asked = ask_for_another(token);
  EXPECT_EQ(asked.status, 202);
  EXPECT_NE(asked.body.find("Look into your mailbox"), std::string::npos) << asked.body;
  ASSERT_EQ(mailed_to("ada@example.com").size(), 1U);
  const std::string path = taken_link();
  EXPECT_NE(path, token.path);
  EXPECT_EQ(fetch(site.port(), {.target = path}).body, "the plan");
  const json shown = site.show(token.id);
  EXPECT_EQ(shown.at("max_uses"), 2);
  EXPECT_EQ(page(token).status, 410);
  EXPECT_NE(page(token).body.find("There is a newer link in place of this one."), std::string::npos);
}

TEST_F(Renewal, PressedManyTimesAtOnceMailsOneLinkAndThatOneWorks) {
  constexpr int presses = 12;
  const Issued token = used_up("kind", "ada@example.com");
  std::barrier start{presses};
  {
    std::vector<std::jthread> people;
    for (int i = 0; i < presses; ++i)
      people.emplace_back([&] {
        start.arrive_and_wait();
        // Who comes late meets a link that was replaced already.
        const int status = ask_for_another(token).status;
        EXPECT_TRUE(status == 202 || status == 410) << status;
      });
  }
  EXPECT_EQ(mailed_to("ada@example.com").size(), 1U);
  EXPECT_EQ(fetch(site.port(), {.target = taken_link()}).body, "the plan");
}

TEST_F(Renewal, AnswersTheSameWhoeverAsksAndMailsOnceADay) {
  const Issued known = used_up("kind", "ada@example.com"), nameless = used_up("kind", ""),
               capped = used_up("capped", "bob@example.com");
  const Answer first = ask_for_another(known);
  for (const Issued& token : {nameless, capped}) {
    const Answer other = ask_for_another(token);
    EXPECT_EQ(other.status, first.status);
    EXPECT_EQ(other.body, first.body);
    EXPECT_EQ(get(token).status, 410) << "it stays as it is";
  }
  EXPECT_EQ(mailed_to("bob@example.com").size(), 0U) << "more than the policy lets a link have";
  EXPECT_NE(site.log().find("not_renewed"), std::string::npos) << "the operator is told why";

  // The new link is used up at once: the next one has to wait.
  const Issued renewed{.path = taken_link()};
  EXPECT_EQ(get(renewed).status, 200);
  wait_until("it is settled", [&] { return get(renewed).status == 410; });
  EXPECT_EQ(ask_for_another(renewed).body, first.body);
  EXPECT_EQ(mailed_to("ada@example.com").size(), 1U);
}

TEST_F(Renewal, IsForLinksThatAreOverAndMayBeRenewedOnly) {
  const Issued live = issue("kind", "ada@example.com");
  EXPECT_EQ(ask_for_another(live).header("Location"), live.url) << "it still works";
  EXPECT_EQ(get(live).status, 200);

  const Issued strict = used_up("default", "ada@example.com");
  EXPECT_EQ(page(strict).body.find("/renew"), std::string::npos) << "not offered";
  EXPECT_EQ(ask_for_another(strict).status, 410);

  const Issued withdrawn = issue("kind", "ada@example.com");
  site.ask({"token", "revoke", withdrawn.id});
  EXPECT_EQ(page(withdrawn).body.find("/renew"), std::string::npos);
  EXPECT_EQ(ask_for_another(withdrawn).status, 410);

  EXPECT_EQ(ask_for_another({.path = "/dl/" + secret_that_opens_nothing}).status, 404);
  EXPECT_EQ(fetch(site.port(), {.target = live.path + "/renew"}).status, 405);
  EXPECT_EQ(mailed_to("ada@example.com").size(), 0U);
}

TEST_F(Renewal, OfAnExpiredLinkGivesItTimeAndNoMoreUses) {
  const Issued token = issue("kind", "ada@example.com", "1s");
  wait_until_expired(token);
  EXPECT_EQ(ask_for_another(token, "application/json").body, "{\"renewal\":\"requested\"}\n");
  const json shown = site.show(token.id);
  EXPECT_EQ(shown.at("state"), "active");
  EXPECT_EQ(shown.at("max_uses"), 1);
  EXPECT_EQ(mailed_to("ada@example.com").size(), 1U);
}

TEST_F(Renewal, AsksTheChecksFirst) {
  const std::string config = read_file(site.config());
  const auto with = [&](const char* answer) {
    std::string changed = config;
    changed.replace(changed.find("SELECT 0"), std::string{"SELECT 0"}.size(), answer);
    write_file(site.config(), changed);
  };
  with("SELECT 1");
  const Issued token = issue("paid", "ada@example.com", "1s");
  with("SELECT 0");
  wait_until_expired(token);
  EXPECT_EQ(ask_for_another(token).status, 425) << "the check does not hold any more";
  EXPECT_EQ(mailed_to("ada@example.com").size(), 0U);
}

}  // namespace
}  // namespace claimcheck
