#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;

/// A front end and the way in which it is told to send files.
struct Way {
  const char* name;
  Front front;
  const char* delivery;
  bool works;  ///< else the front end does not announce it, and the worker streams
};

constexpr const char* policies =
    "[policy.handed]\nexact = \"never\"\nmax_uses = 1\n"
    "[policy.exact]\nexact = \"always\"\nmax_uses = 1\n"
    "[policy.slow]\nrate = \"100 kB/s\"\nmax_uses = 0\n";

class HandOff : public testing::TestWithParam<Way> {
 protected:
  /// No header field names a path or is one of those that web servers are to keep to themselves.
  void expect_no_leak(const Answer& answer) {
    for (const auto& [name, value] : answer.headers) {
      for (const char* internal : {"X-Sendfile", "X-LiteSpeed-Location", "Location", "Status"})
        EXPECT_FALSE(same_name(name, internal)) << value;
      // It tells whatever proxy is on the way not to hold a stream back, and nothing else.
      EXPECT_TRUE(!name.starts_with("X-Accel") || name == "X-Accel-Buffering") << name << ": " << value;
      for (const std::string& part : {site.uploads().string(), std::string{"wp-content"}, std::string{"2026/11"}})
        EXPECT_EQ(value.find(part), std::string::npos) << name << ": " << value;
    }
  }

  /// The latest delivery that the log tells of. Its record is written a moment after the answer.
  nlohmann::json last_delivery(const std::string& id, std::size_t count) {
    nlohmann::json deliveries;
    wait_until("the delivery is told of", [&] {
      deliveries = site.show(id).at("deliveries");
      return deliveries.size() >= count;
    });
    return deliveries.at(0);
  }

  void SetUp() override {
    site.deliver_by(GetParam().delivery);
    front = start(GetParam().front, site);
  }

  Site site{{}, policies};
  const std::string content = noise(300'000);
  // Apache calls a file's validator weak within a second of its change.
  std::string file = site.add_file("report.pdf", content, std::chrono::sys_seconds{std::chrono::seconds{1'700'000'000}});
  std::unique_ptr<FrontEnd> front;
};

TEST_P(HandOff, EveryAnswerHasOurHeadersAndNothingInternal) {
  const Issued open = site.issue(file, {.policy = "open"});
  const Issued spent = site.issue(file, {.policy = "exact"});
  EXPECT_EQ(fetch(site.port(), {.target = spent.path}).sha256, sha256(content));
  const std::string etag = fetch(site.port(), {.method = "HEAD", .target = open.path}).header("ETag").value();
  const std::string& all = content;
  const struct {
    const char* name;
    HttpRequest request;
    int status;
    std::string body;
  } cases[] = {
      {"the whole file", {.target = open.path}, 200, all},
      {"its beginning", {.target = open.path, .headers = {{"Range", "bytes=0-99"}}}, 206, all.substr(0, 100)},
      {"its middle", {.target = open.path, .headers = {{"Range", "bytes=1000-200999"}}}, 206, all.substr(1000, 200'000)},
      {"its end", {.target = open.path, .headers = {{"Range", "bytes=-1000"}}}, 206, all.substr(299'000)},
      {"beyond its end", {.target = open.path, .headers = {{"Range", "bytes=299999-400000"}}}, 206, all.substr(299'999)},
      {"the same file goes on",
       {.target = open.path, .headers = {{"Range", "bytes=200000-"}, {"If-Range", etag}}},
       206,
       all.substr(200'000)},
      {"another file does not",
       {.target = open.path, .headers = {{"Range", "bytes=200000-"}, {"If-Range", "\"other\""}}},
       200,
       all},
      {"a range that is none", {.target = open.path, .headers = {{"Range", "bytes=5-2"}}}, 200, all},
      {"a condition that holds", {.target = open.path, .headers = {{"If-Match", etag}}}, 200, all},
      {"only the head", {.method = "HEAD", .target = open.path}, 200, ""},
      {"nothing new", {.target = open.path, .headers = {{"If-None-Match", etag}}}, 304, ""},
      {"a condition that fails", {.target = open.path, .headers = {{"If-Match", "\"other\""}}}, 412, {}},
      {"no such range", {.target = open.path, .headers = {{"Range", "bytes=300000-"}}}, 416, {}},
      {"no such link", {.target = "/dl/" + std::string(64, 'Z')}, 404, {}},
      {"a link that is used up", {.target = spent.path}, 410, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = fetch(site.port(), c.request);
    EXPECT_EQ(answer.status, c.status);
    EXPECT_TRUE(answer.complete);
    expect_no_leak(answer);
    EXPECT_EQ(answer.header("Cache-Control"), "private, no-store");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
    if (c.status >= 400) continue;
    EXPECT_TRUE(answer.body == c.body);
    EXPECT_EQ(answer.header("ETag"), etag);
    if (c.status == 304) continue;
    EXPECT_EQ(answer.header("Content-Disposition"), "attachment; filename=\"report.pdf\"");
    EXPECT_EQ(answer.header("Content-Security-Policy"), "sandbox");
    if (answer.status == 200) {
      EXPECT_EQ(answer.header("Accept-Ranges"), "bytes");
    }
    EXPECT_TRUE(answer.header("Last-Modified"));
    EXPECT_EQ(answer.header("Content-Length"), fmt::to_string(c.request.method == "HEAD" ? all.size() : c.body.size()));
  }
  for (const auto& delivery : site.show(open.id).at("deliveries"))
    EXPECT_TRUE(delivery.at("outcome") == "complete" || delivery.at("outcome") == "handed_off") << delivery;
}

TEST_P(HandOff, NamesThatNeedEncodingAreFound) {
  for (const char* name : {"sp ace.bin", "\xc3\xbc\xe2\x82\xac.html", "100%25.zip", "a?b#c&d;e=f.bin", "+plus+.gz",
                           "quo\"te'.txt", "script.php", "page.shtml"}) {
    SCOPED_TRACE(name);
    const std::string bytes = noise(70'000) + name;
    const Issued link = site.issue(site.add_file(name, bytes), {.policy = "open", .filename = "file.bin"});
    const Answer answer = fetch(site.port(), {.target = link.path});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.sha256, sha256(bytes));
    EXPECT_EQ(answer.header("Content-Disposition"), "attachment; filename=\"file.bin\"");
    EXPECT_EQ(answer.header("Content-Encoding"), std::nullopt);
    expect_no_leak(answer);
  }
}

TEST_P(HandOff, APolicyDecidesWhetherUsesAreCountedByWhatWentOut) {
  const struct {
    const char* policy;
    bool streamed;
  } cases[] = {
      {"default", true}, {"exact", true}, {"handed", false}, {"open", false}, {"slow", GetParam().front != Front::nginx}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.policy);
    const Issued link = site.issue(file, {.policy = c.policy});
    const Answer answer = fetch(site.port(), {.target = link.path});
    EXPECT_EQ(answer.sha256, sha256(content));
    const auto delivery = last_delivery(link.id, 1);
    EXPECT_EQ(delivery.at("outcome"), c.streamed || !GetParam().works ? "complete" : "handed_off");
    EXPECT_EQ(delivery.at("sent"), content.size());
    EXPECT_EQ(answer.header("X-Request-Id"), delivery.at("id").get<std::string>());
  }
}

TEST_P(HandOff, AUseIsSpentOnceAndItsDownloadMayGoOn) {
  const Issued link = site.issue(file, {.policy = "handed"});
  EXPECT_EQ(fetch(site.port(), {.target = link.path}, {.stop_after = 100'000}).status, 200);
  const Answer rest = fetch(site.port(), {.target = link.path, .headers = {{"Range", "bytes=100000-"}}});
  EXPECT_EQ(rest.status, 206);
  EXPECT_TRUE(rest.body == content.substr(100'000));
  if (GetParam().works) {
    EXPECT_EQ(fetch(site.port(), {.target = link.path}).status, 410) << "what became of the first bytes is unknown";
  }
  EXPECT_EQ(site.show(link.id).at("uses"), 1);
}

INSTANTIATE_TEST_SUITE_P(Ways, HandOff,
                         testing::Values(Way{"LocalUnderFcgid", Front::apache_fcgid, "local", true},
                                         Way{"LocalUnderCgi", Front::apache_cgi, "local", true},
                                         Way{"XSendfileUnderFcgid", Front::apache_fcgid, "xsendfile", true},
                                         Way{"XSendfileUnderProxyFcgi", Front::apache_proxy, "xsendfile", true},
                                         Way{"AccelUnderNginx", Front::nginx, "accel", true},
                                         Way{"XSendfileWithoutItsModule", Front::apache_cgi, "xsendfile", false},
                                         Way{"LocalUnderProxyFcgi", Front::apache_proxy, "local", false},
                                         Way{"AccelUnderProxyFcgi", Front::apache_proxy, "accel", false},
                                         Way{"LitespeedUnderFcgid", Front::apache_fcgid, "litespeed", false},
                                         Way{"XSendfileUnderNginx", Front::nginx, "xsendfile", false}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace claimcheck
