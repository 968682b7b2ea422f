#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/support/fastcgi_client.h"
#include "tests/support/front_end.h"
#include "tests/support/http_client.h"
#include "tests/support/site.h"

namespace claimcheck {
namespace {

using namespace test;

const std::string content(100'000, 'x');

/// Names of the header fields that are ours to answer for; a front end adds Date, Server, Connection and the like.
std::vector<std::string> our_fields(const Answer& answer) {
  std::vector<std::string> fields;
  for (const auto& [name, value] : answer.headers) {
    if (same_name(name, "Date") || same_name(name, "Server") || same_name(name, "Connection") || same_name(name, "Upgrade"))
      continue;
    fields.push_back(name + ": " + value);
  }
  std::ranges::sort(fields);
  return fields;
}

class BadInput : public testing::TestWithParam<Front> {
 protected:
  /// The token was never touched, and still works.
  void expect_unused() {
    EXPECT_EQ(site.show(token.id).at("uses"), 0);
    EXPECT_EQ(fetch(site.port(), {.target = token.path}).received, content.size());
    EXPECT_EQ(site.show(token.id).at("uses"), 1);
  }

  bool behind_apache() const { return GetParam() != Front::nginx; }

  Site site;
  std::string file = site.add_file("report.pdf", content);
  Issued token = site.issue(file);
  std::unique_ptr<FrontEnd> front = start(GetParam(), site);
};

TEST_P(BadInput, SecretsThatOpenNothingGetOneAnswerByteForByte) {
  const std::string& secret = token.secret;
  std::string other = secret;
  other[10] = other[10] == 'a' ? 'b' : 'a';
  std::string doubly, singly;
  for (const char c : secret) {
    doubly += fmt::format("%25{:02x}", c);
    singly += fmt::format("%{:02x}", static_cast<unsigned>(c) ^ 0x80U);
  }
  const Answer unknown = fetch(site.port(), {.target = "/dl/" + secret_that_opens_nothing});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(unknown.body.starts_with("invalid_token")) << unknown.body;
  const struct {
    const char* name;
    std::string segment;
  } cases[] = {
      {"mistyped", other},
      {"truncated", secret.substr(0, 63)},
      {"one character too long", secret + "a"},
      {"two hundred characters", std::string(200, 'A')},
      {"doubly encoded", doubly},
      {"bytes beyond ASCII", singly},
      {"a dash in it", secret.substr(0, 20) + "-" + secret.substr(21)},
      {"a space in it", secret.substr(0, 20) + "%20" + secret.substr(21)},
      {"a newline at its end", secret + "%0a"},
      {"a tab in it", secret.substr(0, 20) + "%09" + secret.substr(21)},
      {"its digest", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
      {"upper case", std::string(64, 'Z')},
      {"a file's extension", secret + ".zip"},
      {"a parameter behind a semicolon", secret + ";x=1"},
      {"something beneath it", secret + "/x"},
      {"much beneath it", secret + "/a/b/c/d"},
      {"a path out of it", secret + "/x/..%5c..%5cetc"},
      {"the word null", "null"},
      {"an unknown word of the interface", "v2"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = fetch(site.port(), {.target = "/dl/" + c.segment});
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, unknown.body);
    EXPECT_EQ(our_fields(answer), our_fields(unknown));
  }
  expect_unused();
}

TEST_P(BadInput, OddPathsNeverGetAFileOrAFault) {
  // What a front end answers itself is its own affair (400, 403, 404, or another page of the site); the file's bytes and a
  // server error are never in it.
  const std::string& secret = token.secret;
  const std::vector<std::string> targets{"/dl",
                                         "/dl/",
                                         "/dl//",
                                         "/dl/%00" + secret,
                                         "/dl/" + secret + "%00",
                                         "/dl/" + secret + "%2f",
                                         "/dl/" + secret + "%3f",
                                         "/dl/%2e%2e/" + secret,
                                         "/dl/../dl/x",
                                         "/dl/..%2fclaimcheck.toml",
                                         "/dl/" + secret + "%zz",
                                         "/dl/%",
                                         "/dl/..\\..\\x",
                                         "/dl/" + secret + "\x01",
                                         "/dl/?token=",
                                         "/dl/?token=" + secret,
                                         "/dlx/" + secret,
                                         "/DL/" + secret};
  for (const std::string& target : targets) {
    SCOPED_TRACE(target);
    const Answer answer = fetch(site.port(), {.target = target});
    EXPECT_LT(answer.status, 500);
    EXPECT_EQ(answer.body.find("xxxxxxxx"), std::string::npos);
  }
  expect_unused();
}

TEST_P(BadInput, MethodsThatWeDoNotKnowAreRefusedWithAllow) {
  for (const char* method : {"PUT", "DELETE", "PATCH", "PROPFIND", "get", "GETX"}) {
    SCOPED_TRACE(method);
    const Answer answer = fetch(site.port(), {.method = method, .target = token.path});
    if (GetParam() == Front::nginx && std::string_view{method} == "get") {
      EXPECT_EQ(answer.status, 400) << "nginx refuses small letters itself";
      continue;
    }
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST, OPTIONS");
  }
  // Apache echoes TRACE itself where it finds the worker by a rewrite rule.
  EXPECT_EQ(fetch(site.port(), {.method = "TRACE", .target = token.path}).body.find("xxxxxxxx"), std::string::npos);
  expect_unused();
}

TEST_P(BadInput, RangesCannotBreakAnything) {
  const Issued open = site.issue(file, {.policy = "open"});
  std::string thousand = "bytes=0-0";
  for (int i = 1; i < 700; ++i) thousand += fmt::format(",{}-{}", i * 3, i * 3);
  const std::vector<std::string> ranges{"bytes=0-18446744073709551615",
                                        "bytes=9223372036854775807-",
                                        "bytes=-9223372036854775808",
                                        "bytes=18446744073709551616-18446744073709551617",
                                        "bytes=0-" + std::string(400, '9'),
                                        "bytes=--1",
                                        "bytes=5-0",
                                        "bytes=0-,0-,0-,0-",
                                        "bytes=0-,5-0,5-1,5-2",
                                        "bytes=0x0-0x9",
                                        "bytes= 0 - 1 ",
                                        "bytes=,,,,",
                                        "bytes=-0",
                                        "items=0-5",
                                        thousand};
  for (const std::string& range : ranges) {
    SCOPED_TRACE(range.substr(0, 60));
    const Answer answer = fetch(site.port(), {.target = open.path, .headers = {{"Range", range}}});
    EXPECT_TRUE(answer.status == 200 || answer.status == 206 || answer.status == 416) << answer.status;
    EXPECT_TRUE(answer.complete);
    EXPECT_LE(answer.received, content.size() + 4096);
    if (answer.status == 416) {
      EXPECT_EQ(answer.header("Content-Range"), "bytes */100000");
    }
  }
}

TEST_P(BadInput, AFaultyIssueRequestNamesItsField) {
  const std::string key = site.ask({"key", "add", "test", "--scope", "issue,read"}).at("key");
  const auto post = [&](const std::string& body) {
    return fetch(site.port(), {.method = "POST",
                               .target = "/dl/v1/tokens",
                               .headers = {{"Authorization", "Bearer " + key}, {"Content-Type", "application/json"}},
                               .body = body});
  };
  std::filesystem::create_directories(site.uploads() / "folder");
  std::filesystem::create_directories(site.docroot() / "wp-content/uploads/uploads-private");
  write_file(site.docroot() / "wp-content/uploads/uploads-private/x", "private");
  std::filesystem::create_symlink("/etc/passwd", site.uploads() / "link");
  std::filesystem::create_symlink("../uploads-private", site.uploads() / "folder-link");
  ASSERT_EQ(::mkfifo((site.uploads() / "fifo").c_str(), 0644), 0);
  std::string deep = R"({"file":)" + std::string(30'000, '[') + std::string(30'000, ']') + "}";
  const struct {
    const char* name;
    std::string body;
    int status;
    const char* field;
  } cases[] = {
      {"nothing", "", 400, "body"},
      {"no JSON", "file=x", 400, "body"},
      {"a list", "[]", 400, "body"},
      {"two objects", "{}{}", 400, "body"},
      {"invalid UTF-8", "{\"file\":\"\xff\"}", 400, "body"},
      {"very deep", deep, 400, "body"},
      {"no file", "{}", 400, "file"},
      {"an unknown member", R"({"file":"2026/11/report.pdf","files":1})", 400, "files"},
      {"a member twice", R"({"file":"2026/11/report.pdf","file":"2026/11/report.pdf"})", 400, "file"},
      {"a number for a text", R"({"file":5})", 400, "file"},
      {"null", R"({"file":null})", 400, "file"},
      {"a text for a number", R"({"file":"2026/11/report.pdf","max_uses":"5"})", 400, "max_uses"},
      {"a negative number", R"({"file":"2026/11/report.pdf","max_uses":-1})", 400, "max_uses"},
      {"a fraction", R"({"file":"2026/11/report.pdf","max_uses":1.5})", 400, "max_uses"},
      {"a huge number", R"({"file":"2026/11/report.pdf","max_uses":9223372036854775808})", 400, "max_uses"},
      {"an unreadable number", R"({"file":"2026/11/report.pdf","max_uses":1e308})", 400, "max_uses"},
      {"a ttl of nothing", R"({"file":"2026/11/report.pdf","ttl":"0"})", 400, "ttl"},
      {"a ttl in words", R"({"file":"2026/11/report.pdf","ttl":"soon"})", 400, "ttl"},
      {"a ttl of a thousand years", R"({"file":"2026/11/report.pdf","ttl":"400000d"})", 400, "ttl"},
      {"an unknown policy", R"({"file":"2026/11/report.pdf","policy":"nosuch"})", 400, "policy"},
      {"an unknown storage", R"({"file":"2026/11/report.pdf","storage":"nosuch"})", 400, "storage"},
      {"an e-mail with a line break", R"({"file":"2026/11/report.pdf","email":"a@b.c\r\nBcc: x@y.z"})", 400, "email"},
      {"a file name with a line break", R"({"file":"2026/11/report.pdf","filename":"a\r\nb"})", 400, "filename"},
      {"a fact that is no text", R"({"file":"2026/11/report.pdf","facts":{"order":5}})", 400, "facts"},
      {"a path upwards", R"({"file":"../uploads-private/x"})", 400, "file"},
      {"a path upwards in the middle", R"({"file":"2026/../../uploads-private/x"})", 400, "file"},
      {"an absolute path", R"({"file":"/etc/passwd"})", 400, "file"},
      {"a backslash", R"({"file":"2026\\11\\report.pdf"})", 400, "file"},
      {"a NUL", R"({"file":"2026/11/report.pdf\u0000.txt"})", 400, "file"},
      {"an encoded path", R"({"file":"%2e%2e/uploads-private/x"})", 404, nullptr},
      {"a symbolic link", R"({"file":"link"})", 404, nullptr},
      {"through a linked folder", R"({"file":"folder-link/x"})", 404, nullptr},
      {"a folder", R"({"file":"folder"})", 404, nullptr},
      {"a FIFO", R"({"file":"fifo"})", 404, nullptr},
      {"a file that is not there", R"({"file":"2026/11/nosuch"})", 404, nullptr},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = post(c.body);
    EXPECT_EQ(answer.status, c.status) << answer.body;
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << answer.body;
    EXPECT_EQ(body.at("code"), c.status);
    if (c.field != nullptr) {
      EXPECT_EQ(body.at("details").at("field"), c.field);
    }
  }
  EXPECT_EQ(post(R"({"file":")" + std::string(70'000, 'x') + "\"}").status, 413);
  EXPECT_EQ(site.ask({"token", "list"}).at("tokens").size(), 1U) << "nothing was issued";

  for (const char* query :
       {"limit=", "limit=0", "limit=201", "limit=5&limit=5", "limit=x", "before=x", "what=1", "limit=%zz"}) {
    SCOPED_TRACE(query);
    const Answer answer =
        fetch(site.port(), {.target = fmt::format("/dl/v1/tokens?{}", query), .headers = {{"Authorization", "Bearer " + key}}});
    EXPECT_EQ(answer.status, 400) << answer.body;
  }
  EXPECT_EQ(post(R"({"file":"2026/11/report.pdf","max_uses":3,"ttl":"2h","facts":{"order_id":"7"}})").status, 201);
  expect_unused();
}

INSTANTIATE_TEST_SUITE_P(BehindEveryFrontEnd, BadInput, testing::ValuesIn(all_fronts),
                         [](const auto& instance) { return name_of(instance.param); });

/// What no web server would send, straight to a worker.
class OddRecords : public testing::Test {
 protected:
  void expect_alive_and_unused() {
    EXPECT_TRUE(worker->running());
    EXPECT_EQ(site.show(token.id).at("uses"), 0);
    EXPECT_EQ(call(address, variables).received, content.size());
    EXPECT_EQ(site.show(token.id).at("uses"), 1);
  }

  Site site{{}, "[worker]\nread_timeout = \"2s\"\n"};
  Issued token = site.issue(site.add_file("report.pdf", content));
  std::unique_ptr<Process> worker = site.start_worker("odd", 4);
  std::string address = site.socket_address("odd");
  Fields variables = cgi_variables({.target = token.path});
};

TEST_F(OddRecords, AVariableThatIsMissingEmptyOrDoubledHarmsNothing) {
  const Fields head = cgi_variables({.method = "HEAD", .target = token.path});
  for (std::size_t i = 0; i < head.size(); ++i) {
    SCOPED_TRACE(head[i].first);
    Fields missing = head, empty = head, doubled = head, large = head;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    empty[i].second.clear();
    doubled.push_back(head[i]);
    large[i].second = std::string(60'000, 'a');
    for (const Fields& odd : {missing, empty, doubled, large}) {
      const FastCgiAnswer answer = call(address, odd);
      EXPECT_TRUE(answer.ended);
      EXPECT_TRUE(answer.status >= 200 && answer.status < 500) << answer.status;
    }
  }
  expect_alive_and_unused();
}

TEST_F(OddRecords, ASecretOfAnyLengthGetsTheSameAnswer) {
  // Longer ones than 255 characters Apache refuses itself where it looks for a file of that name.
  const std::string unknown = call(address, cgi_variables({.target = "/dl/" + std::string(64, 'Z')})).body;
  for (const std::size_t length : {1U, 63U, 65U, 256U, 1000U, 7000U, 9000U, 60'000U}) {
    SCOPED_TRACE(length);
    const FastCgiAnswer answer = call(address, cgi_variables({.target = "/dl/" + std::string(length, 'Z')}));
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, unknown);
  }
  expect_alive_and_unused();
}

TEST_F(OddRecords, ALengthThatCannotBeIsRefused) {
  const struct {
    const char* length;
    int status;
  } cases[] = {{"-1", 400}, {"1e9", 400}, {"0x10", 400}, {"99999999999999999999999", 413}, {"65537", 413}, {"10", 400}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.length);
    Fields post = cgi_variables({.method = "POST", .target = "/dl/v1/tokens"});
    std::erase_if(post, [](const auto& field) { return field.first == "CONTENT_LENGTH"; });
    post.emplace_back("CONTENT_LENGTH", c.length);
    EXPECT_EQ(call(address, post, "short").status, c.status);
  }
  expect_alive_and_unused();
}

TEST_F(OddRecords, OtherRolesAndRequestsCutShortAreNotServed) {
  FastCgiExchange authorizer{address};
  authorizer.send(fastcgi::begin(fastcgi::authorizer) + fastcgi::stream(fastcgi::params, fastcgi::pairs(variables)) +
                  fastcgi::stream(fastcgi::in, ""));
  EXPECT_EQ(authorizer.answer().received, 0U);
  FastCgiExchange aborted{address};
  aborted.send(fastcgi::begin() + fastcgi::record(fastcgi::params, fastcgi::pairs({variables.front()})) +
               fastcgi::record(fastcgi::abort_request, {}));
  aborted.close();
  FastCgiExchange noise{address};
  noise.send(std::string(5000, '\x7f'));
  noise.close();
  expect_alive_and_unused();
}

TEST_F(OddRecords, ConnectionsThatSayNothingHoldUpOthersForTheReadTimeOutOnly) {
  std::vector<std::unique_ptr<FastCgiExchange>> idle;
  for (int i = 0; i < 6; ++i) {
    idle.push_back(std::make_unique<FastCgiExchange>(address));
    if (i % 2 == 1) idle.back()->send(std::string{"\x01\x01\x00", 3});
  }
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(call(address, cgi_variables({.target = "/dl/healthz"})).status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{7});
  expect_alive_and_unused();
}

}  // namespace
}  // namespace claimcheck
