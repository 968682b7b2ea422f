#include <gtest/gtest.h>

#include "tests/support/fastcgi_client.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

/// Links of a form that another program gave out.
TEST(PublicLinks, AnswerLikeOthersButTellStrangersLess) {
  Site site;
  const std::string file = site.add_file("report.pdf", "the report");
  const auto worker = site.start_worker("worker", 4);
  const auto open = [&](const Issued& issued, const std::string& base) {
    return call(site.socket_address("worker"), cgi_variables({.target = base + issued.secret})).status;
  };
  const std::string ours = "/dl/", theirs = "/api/public/download/", beneath = "/dl/api/public/download/";
  const Issued revoked = site.issue(file), used = site.issue(file), good = site.issue(file, {.policy = "open"});
  site.ask({"token", "revoke", revoked.id});
  EXPECT_EQ(open(used, theirs), 200);
  for (const Issued& issued : {revoked, used}) {
    EXPECT_EQ(open(issued, ours), 410);
    EXPECT_EQ(open(issued, theirs), 404);
  }
  for (const std::string& base : {ours, theirs, beneath}) EXPECT_EQ(open(good, base), 200) << base;
}

}  // namespace
}  // namespace claimcheck
