#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/fastcgi_client.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

class Story : public testing::Test {
 protected:
  FastCgiAnswer ask(const std::string& path, const Fields& headers = {}, const std::string& method = "GET") {
    return call(site.socket_address("worker"), cgi_variables({.method = method, .target = path, .headers = headers}));
  }

  Site site{MariaDb::shared().fresh_schema("story")};
  std::string file = site.add_file("film.bin", std::string(1 << 20, 'x'));
  std::unique_ptr<Process> worker = site.start_worker("worker", 2);
};

TEST_F(Story, SaysWhatWasCountedAndWhyAndWhatWasRefusedAndPruningItChangesNoLimit) {
  const Issued token = site.issue(file);
  EXPECT_EQ(ask(token.path, {{"Range", "bytes=0-99"}}).status, 206);
  EXPECT_EQ(ask(token.path).status, 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(token.path).status, 410);
  nlohmann::json shown;
  wait_until("the log is written", [&] {
    shown = site.show(token.id);
    return shown.at("deliveries").size() == 2 && !shown.at("refusals").empty() && shown.at("refusals").at(0).at("times") == 3;
  });
  std::map<int, nlohmann::json> by_length;  // both ended in the same second
  for (const auto& delivery : shown.at("deliveries")) by_length[delivery.at("length")] = delivery;
  EXPECT_EQ(by_length[100].at("grounds"), "opened");
  EXPECT_EQ(by_length[1 << 20].at("grounds"), "restarted");
  EXPECT_EQ(by_length[1 << 20].at("outcome"), "complete");
  EXPECT_EQ(shown.at("refusals").at(0).at("error"), "usage_limit_exceeded");
  EXPECT_EQ(shown.at("claims").at(0).at("network"), "127.0.0.0");
  const std::string words = site.command({"token", "show", token.id}).out;
  for (const char* said : {"used 1 of 1 times", "one use", "free: begins again", "usage_limit_exceeded"})
    EXPECT_NE(words.find(said), std::string::npos) << said << " in\n" << words;

  MariaDb::shared().statement("DELETE FROM story.wp_claimcheck_deliveries; DELETE FROM story.wp_claimcheck_refusals");
  EXPECT_EQ(ask(token.path).status, 410) << "the log is no source of a limit";
  EXPECT_EQ(site.show(token.id).at("uses"), 1);
}

TEST_F(Story, LookingAheadCountsNothingAtTheLinkNorAtTheClaim) {
  const Issued token = site.issue(file);
  const Fields looks[] = {{{"Sec-Purpose", "prefetch;prerender"}},
                          {{"Purpose", "prefetch"}},
                          {{"X-Moz", "prefetch"}},
                          {{"User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}},
                          {{"User-Agent", "WhatsApp/2.23.20.0"}}};
  for (const Fields& headers : looks) {
    const FastCgiAnswer page = ask(token.path, headers);
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8") << headers[0].second;
  }
  for (const char* method : {"HEAD", "OPTIONS"}) EXPECT_LT(ask(token.path, {}, method).status, 300);
  EXPECT_EQ(ask(token.path, {{"Range", "bytes=99999999-"}}).status, 416);
  EXPECT_EQ(ask(token.path, {{"If-Match", "\"other\""}}).status, 412);
  EXPECT_EQ(site.show(token.id).at("uses"), 0);
  const std::string claim = ask(token.path, {}, "POST").header("Location").value();
  const std::string path = claim.substr(claim.find("/dl/"));
  for (const Fields& headers : looks) EXPECT_EQ(ask(path, headers).header("Content-Type"), "text/html; charset=utf-8");
  const auto shown = site.show(token.id);
  EXPECT_EQ(shown.at("claims").at(0).at("charged"), 0);
  EXPECT_EQ(ask(path).received, 1U << 20);
}

}  // namespace
}  // namespace claimcheck
