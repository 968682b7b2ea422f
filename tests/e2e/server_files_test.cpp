// The files of docs/servers, each in the server that it is for, with a worker behind it.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/http_client.h"
#include "tests/support/noise.h"
#include "tests/support/sha256.h"
#include "tests/support/shipped.h"
#include "tests/support/socket_unit.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// A server's file, and who sends the bytes where uses are unlimited.
struct Arrangement {
  const char* name;
  const char* file;
  const char* delivery;
};
void PrintTo(const Arrangement& arrangement, std::ostream* out) {
  *out << arrangement.file << ", " << arrangement.delivery;
}

bool needs_worker(const std::string& file) {
  return file != "apache-fcgid.conf" && file != "apache-cgi.conf";
}

class ServerFiles : public testing::TestWithParam<Arrangement> {
 protected:
  void SetUp() override {
    const std::string delivery = GetParam().delivery, server_file = GetParam().file;
    if (delivery != "stream") site.deliver_by(delivery);
    if (needs_worker(server_file)) {
      unit = std::make_unique<SocketUnit>(site);
      worker = unit->start("1");
    }
    std::vector<std::string> more_modules;
    if (delivery == "xsendfile") more_modules.emplace_back("xsendfile");
    server = start_shipped(server_file, site, unit ? unit->path() : "", more_modules);
  }

  Answer ask(const HttpRequest& request) const { return fetch(site.port(), request); }

  Site site;
  const std::string content = "CANARY " + noise(300'000);
  std::string file = site.add_file("release.zip", content, std::chrono::sys_seconds{std::chrono::seconds{1'700'000'000}});
  std::unique_ptr<SocketUnit> unit;
  std::unique_ptr<Process> worker;
  std::unique_ptr<FrontEnd> server;
};

TEST_P(ServerFiles, TheFolderIsLockedAndTheRestIsNot) {
  const std::string folder = "/wp-content/uploads/claimcheck/";
  for (const std::string& target :
       {folder + "2026/11/release.zip", "/" + folder + "2026/./11/release.zip", folder + "2026/11/%72elease.zip", folder,
        "/dl/.." + folder + "2026/11/release.zip", folder + ".htaccess", folder + "2026/11/"}) {
    const Answer answer = ask({.target = target});
    EXPECT_TRUE(answer.status == 403 || answer.status == 404) << target << ": " << answer.status;
    EXPECT_EQ(answer.body.find("CANARY"), std::string::npos) << target;
  }
  const Answer open = ask({.target = "/wp-content/uploads/2026/11/public.txt"});
  EXPECT_EQ(open.status, 200) << server->log();
  EXPECT_EQ(open.body, "anybody may read this\n");
}

TEST_P(ServerFiles, ALinkGivesTheFileOnceAndWhatBelongsToIt) {
  const Issued once = site.issue(file), open = site.issue(file, {.policy = "open"});
  const Answer head = ask({.method = "HEAD", .target = once.path});
  EXPECT_EQ(head.status, 200) << server->log();
  EXPECT_EQ(head.header("Content-Length"), fmt::to_string(content.size()));
  for (const Issued& link : {once, open}) {
    SCOPED_TRACE(link.id == once.id ? "once" : "open");
    const Answer whole = ask({.target = link.path});
    EXPECT_EQ(whole.status, 200) << whole.body << server->log();
    EXPECT_EQ(whole.sha256, sha256(content));
    EXPECT_EQ(whole.header("Content-Length"), fmt::to_string(content.size()));
    EXPECT_EQ(whole.header("Content-Disposition"), "attachment; filename=\"release.zip\"");
    EXPECT_EQ(whole.header("Content-Encoding"), std::nullopt);
    EXPECT_EQ(whole.header("ETag"), head.header("ETag"));
    for (const char* internal : {"X-Sendfile", "X-Accel-Redirect", "Location"}) EXPECT_FALSE(whole.header(internal));
    const Answer part = ask({.target = link.path, .headers = {{"Range", "bytes=1000-1999"}}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, content.substr(1000, 1000));
    EXPECT_EQ(part.header("Content-Range"), fmt::format("bytes 1000-1999/{}", content.size()));
  }
  EXPECT_EQ(ask({.target = once.path}).status, 410);
  EXPECT_EQ(ask({.target = "/dl/" + std::string(64, 'Z')}).status, 404);
  EXPECT_EQ(site.show(once.id).at("uses"), 1);
  const std::string expected = GetParam().delivery == std::string{"stream"} ? "complete" : "handed_off";
  wait_until("the deliveries are told of", [&] { return site.show(open.id).at("deliveries").size() == 2; });
  for (const auto& delivery : site.show(open.id).at("deliveries")) EXPECT_EQ(delivery.at("outcome"), expected) << delivery;
}

TEST_P(ServerFiles, RangesAndHeadersAreOursWhoeverSends) {
  const Issued open = site.issue(file, {.policy = "open"});
  const std::string etag = ask({.method = "HEAD", .target = open.path}).header("ETag").value();
  const std::size_t size = content.size();
  const struct {
    const char* name;
    Fields conditions;
    int status;
    std::string body;
  } cases[] = {
      {"the whole file", {}, 200, content},
      {"its end", {{"Range", "bytes=-1000"}}, 206, content.substr(size - 1000)},
      {"from a place on", {{"Range", "bytes=200000-"}}, 206, content.substr(200'000)},
      {"the same file goes on", {{"Range", "bytes=200000-"}, {"If-Range", etag}}, 206, content.substr(200'000)},
      {"another file does not", {{"Range", "bytes=200000-"}, {"If-Range", "\"other\""}}, 200, content},
      {"nothing new", {{"If-None-Match", etag}}, 304, ""},
      {"no such range", {{"Range", "bytes=400000-"}}, 416, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = ask({.target = open.path, .headers = c.conditions});
    EXPECT_EQ(answer.status, c.status);
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.header("Cache-Control"), "private, no-store");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    if (c.status >= 300) continue;
    EXPECT_TRUE(answer.body == c.body);
    EXPECT_EQ(answer.header("ETag"), etag);
    EXPECT_EQ(answer.header("Content-Security-Policy"), "sandbox");
    EXPECT_TRUE(answer.header("X-Request-Id"));
    EXPECT_TRUE(answer.header("Last-Modified"));
    if (answer.status == 200) {
      EXPECT_EQ(answer.header("Accept-Ranges"), "bytes");
    }
  }
}

TEST_P(ServerFiles, FilesOfAnyNameAreFound) {
  for (const char* name : {"sp ace.zip", "\xc3\xbc\xe2\x82\xac.html", "100%25.zip", "a?b#c&d;e=f.bin", "+plus+.gz",
                           "quo\"te'.txt", "script.php", "program.fcgi", "page.shtml", "copy~"}) {
    SCOPED_TRACE(name);
    const std::string bytes = noise(70'000) + name;
    const Issued link = site.issue(site.add_file(name, bytes), {.policy = "open", .filename = "file.bin"});
    const Answer answer = ask({.target = link.path});
    EXPECT_EQ(answer.status, 200) << answer.body.substr(0, 500) << server->log();
    EXPECT_EQ(answer.sha256, sha256(bytes));
  }
}

TEST_P(ServerFiles, AProgramIssuesALinkWithItsKey) {
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  const HttpRequest request{.method = "POST", .target = "/dl/v1/tokens", .body = R"({"file":"2026/11/release.zip"})"};
  EXPECT_EQ(ask(request).status, 401);
  HttpRequest with_key = request;
  with_key.headers = {{"Authorization", "Bearer " + key}};
  const Answer issued = ask(with_key);
  ASSERT_EQ(issued.status, 201) << issued.body << server->log();
  const std::string secret = nlohmann::json::parse(issued.body).at("secret");
  EXPECT_EQ(ask({.target = "/dl/" + secret}).sha256, sha256(content));
}

INSTANTIATE_TEST_SUITE_P(Shipped, ServerFiles,
                         testing::Values(Arrangement{"FcgidStreams", "apache-fcgid.conf", "stream"},
                                         Arrangement{"FcgidLocal", "apache-fcgid.conf", "local"},
                                         Arrangement{"FcgidXSendfile", "apache-fcgid.conf", "xsendfile"},
                                         Arrangement{"CgiStreams", "apache-cgi.conf", "stream"},
                                         Arrangement{"CgiLocal", "apache-cgi.conf", "local"},
                                         Arrangement{"ProxyFcgiStreams", "apache-proxy-fcgi.conf", "stream"},
                                         Arrangement{"ProxyFcgiXSendfile", "apache-proxy-fcgi.conf", "xsendfile"},
                                         Arrangement{"NginxStreams", "nginx.conf", "stream"},
                                         Arrangement{"NginxAccel", "nginx.conf", "accel"},
                                         Arrangement{"LighttpdStreams", "lighttpd.conf", "stream"},
                                         Arrangement{"LighttpdXSendfile", "lighttpd.conf", "xsendfile"}),
                         [](const auto& instance) { return instance.param.name; });

std::string without_indentation(const std::string& text) {
  std::istringstream lines{text};
  std::string plain;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find_first_not_of(' ');
    plain += (first == std::string::npos ? "" : line.substr(first)) + "\n";
  }
  return plain;
}

TEST(ServerFilesAlone, HoldTheLinesThatClaimcheckPrints) {
  const Site site;
  const struct {
    const char* file;
    std::vector<std::string> what;
  } cases[] = {{"apache-proxy-fcgi.conf", {"proxy-fcgi"}},
               {"nginx.conf", {"nginx", "--upstream", "claimcheck"}},
               {"lighttpd.conf", {"lighttpd"}}};
  const std::string border = "# Within the server block:\n";  // the rest stands elsewhere
  for (const auto& c : cases) {
    SCOPED_TRACE(c.file);
    std::vector<std::string> command{"site", "print", "--docroot", site.docroot()};
    command.insert(command.end(), c.what.begin(), c.what.end());
    const Finished printed = site.command(command);
    ASSERT_EQ(printed.status, 0) << printed.err;
    const std::string file = without_indentation(shipped_file(c.file, {{"/var/www/html", site.docroot()}}));
    const std::size_t at = std::min(printed.out.find(border), printed.out.size());
    for (const std::string& part : {printed.out.substr(0, at), printed.out.substr(at)})
      EXPECT_NE(file.find(without_indentation(part)), std::string::npos) << part;
  }
}

TEST(ServerFilesAlone, SystemdFindsNoFaultInTheUnits) {
  const TemporaryFolder folder;
  const Replacements programs{{"/usr/local/bin", CLAIMCHECK_BIN_DIR}};
  write_file(folder / "claimcheck.socket", shipped_file("claimcheck.socket", {}));
  write_file(folder / "claimcheck@.service", shipped_file("claimcheck@.service", programs));
  write_file(folder / "claimcheck-cron.service", shipped_file("claimcheck-cron.service", programs));
  write_file(folder / "claimcheck-cron.timer", shipped_file("claimcheck-cron.timer", {}));
  const auto verify = [&] {
    return run({"systemd-analyze", "verify", folder / "claimcheck.socket", folder / "claimcheck@1.service",
                folder / "claimcheck-cron.timer"});
  };
  const Finished verified = verify();
  EXPECT_EQ(verified.status, 0);
  EXPECT_EQ(verified.out + verified.err, "");
  std::string faulty = read_file(folder / "claimcheck@.service");
  write_file(folder / "claimcheck@.service", faulty.replace(faulty.find("Restart="), 8, "Restrat="));
  EXPECT_NE(verify().err.find("Restrat"), std::string::npos) << "what it would have said";
}

TEST(ServerFilesAlone, TheTimersServiceDoesWhatIsDue) {
  const Site site;
  const std::string service = shipped_file(
      "claimcheck-cron.service", {{"/usr/local/bin", CLAIMCHECK_BIN_DIR}, {"/etc/claimcheck/claimcheck.toml", site.config()}});
  const Finished finished = run(as_site_user(unit_setting(service, "ExecStart")));
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.out + finished.err, "");
}

}  // namespace
}  // namespace claimcheck
