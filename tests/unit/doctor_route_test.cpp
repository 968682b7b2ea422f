#include <gtest/gtest.h>

#include "core/secret.h"
#include "htaccess/route_check.h"
#include "tests/unit/fake_site.h"

namespace claimcheck::htaccess {
namespace {

using test::answer;
using test::gate;
using test::site_url;
using test::TemporaryFolder;
using test::write_file;

TEST(DoctorRoute, ToldByTheAnswerAndTheFiles) {
  const std::string wordpress = "# BEGIN WordPress\nRewriteEngine On\n# END WordPress\n",
                    ours =
                        "# BEGIN claimcheck-site\nRewriteRule ^dl(/.*)?$ /claimcheck/claimcheck.fcgi$1 [QSA,L]\n"
                        "# END claimcheck-site\n";
  const struct {
    const char* name;
    std::string htaccess;
    std::string listen;
    WebAnswer answer;
    const char* check;
  } cases[] = {
      {"the worker", ours + wordpress, "", answer(200, R"({"status":"ok"})"), "route"},
      {"something like it", ours + wordpress, "", answer(200, R"({"status":"okay"})"), "route.ignored"},
      {"no block", wordpress, "", answer(404), "route.block"},
      {"no file", "", "", answer(404), "route.block"},
      {"a block too low", wordpress + ours, "", answer(404), "route.order"},
      {"a block that is not read", ours + wordpress, "", answer(404), "route.ignored"},
      {"nginx", ours, "", answer(404, "", {{"Server", "nginx/1.22"}}), "route.block"},
      {"a virtual host without our lines", "", "unix:/run/x.sock", answer(404), "route.block"},
      {"no right to run", ours, "", answer(403), "route.exec"},
      {"no start", ours, "", answer(500), "route.start"},
      {"no socket", ours, "unix:/nowhere/x.sock", answer(503), "route.worker"},
      {"no worker", ours, "tcp:127.0.0.1:9000", answer(502), "route.worker"},
      {"a password", ours, "", answer(401), "route"},
      {"another address", ours, "", answer(301, "", {{"location", "https://www.site.test/dl"}}), "site.url"},
      {"no certificate", ours, "", {.failure = Failure::certificate, .reason = "expired"}, "site.certificate"},
      {"nobody", ours, "", {.failure = Failure::unreachable, .reason = "refused"}, "site.reach"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const TemporaryFolder docroot;
    if (!c.htaccess.empty()) write_file(docroot / ".htaccess", c.htaccess);
    const Premises premises{
        .url = site_url, .prefix = "/dl", .docroot = docroot.path(), .rules = docroot.path(), .listen = c.listen};
    const Fetch fetch = [&](const WebRequest&) { return answer(404); };
    const Route route = judge_route(premises, c.answer, false, fetch);
    EXPECT_EQ(route.findings.back().check, c.check) << route.findings.back().message;
    EXPECT_EQ(route.ours, c.name == std::string{"the worker"});
    EXPECT_EQ(route.findings.back().fix.empty(), route.ours);
    EXPECT_EQ(route.reached, c.answer.failure != Failure::unreachable);
  }
}

TEST(DoctorRoute, AFileThatIsSentInsteadOfRunShowsAtTheBarePrefix) {
  const Premises premises{.url = site_url, .prefix = "/dl"};
  const Fetch fetch = [](const WebRequest& request) {
    return request.url.ends_with("/dl") ? answer(200, std::string{"\x7f"
                                                                  "ELF\x02\x01",
                                                                  6}
                                                          .substr(0, request.most))
                                        : answer(404);
  };
  EXPECT_EQ(judge_route(premises, answer(404), false, fetch).findings.back().check, "route.handler");
}

TEST(DoctorRoute, AKeyIsRefusedAsUnknownOrAsMissing) {
  const struct {
    const char* body;
    int status;
    State state;
  } cases[] = {{R"({"error":"unauthorized","details":{"key":"unknown"}})", 401, State::ok},
               {R"({"error":"unauthorized","details":{"key":"missing"}})", 401, State::fault},
               {R"({"error":"unavailable"})", 503, State::unverified},
               {"<h1>Unauthorized</h1>", 401, State::unverified},
               {R"({"error":"unauthorized"})", 401, State::unverified}};
  for (const auto& c : cases) {
    const Fetch fetch = [&](const WebRequest&) { return answer(c.status, c.body); };
    EXPECT_EQ(check_authorization({.url = site_url, .prefix = "/dl"}, "key", fetch).state, c.state) << c.body;
  }
}

TEST(DoctorRoute, AReportIsReadAndCompared) {
  const auto report = parse_report(R"({"program":"claimcheck","version":"1","mode":"cgi","server":"Apache","gate_digest":"",
    "hand_offs":["local","accel"],"deliveries":{"uploads":"stream"},"more":1})");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->hand_offs, (std::vector<std::string>{"local", "accel"}));
  EXPECT_EQ(report->deliveries.at("uploads"), "stream");
  for (const char* other : {"", "[]", "{}", R"({"program":"wordpress"})"}) EXPECT_FALSE(parse_report(other)) << other;

  const Premises premises{.url = site_url, .gate = gate};
  EXPECT_EQ(check_report(premises, *report, "2").front().state, State::fault);
  EXPECT_EQ(check_report(premises, *report, "1").back().check, "route.gate");
  WorkerReport good = *report;
  good.gate_digest = Digest::of(gate).hex();
  EXPECT_EQ(check_report(premises, good, "1").back().check, "route.version");
  good = *report;
  good.mode = "socket";
  EXPECT_EQ(check_report(premises, good, "1").size(), 1U) << "a worker with a socket of its own has no gate";
}

}  // namespace
}  // namespace claimcheck::htaccess
