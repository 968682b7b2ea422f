#include "files/bucket/bucket.h"

#include <gtest/gtest.h>

#include <chrono>

#include "core/error.h"
#include "tests/support/noise.h"
#include "tests/support/object_server.h"

namespace claimcheck {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::Authority;
using test::Misbehaviour;
using test::ObjectServer;

constexpr std::size_t size = 3'000'000;

files::BucketPorts ports(std::size_t places = 100) {
  return {.now = [] { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); },
          .resolve = net::system_resolver(),
          .places = std::make_shared<files::Places>(places)};
}

std::unique_ptr<Storage> open_bucket(const StorageSettings& settings, const files::BucketPorts& with = ports()) {
  return settings.kind == "gcs" ? files::open_gcs(settings, with) : files::open_s3(settings, with);
}

/// What opening or reading comes to: "" or the error.
struct Outcome {
  std::optional<Errc> code;
  std::string message;
};

Outcome outcome_of(const std::function<void()>& act) {
  try {
    act();
    return {};
  } catch (const Error& error) {
    return {.code = error.code(), .message = error.what()};
  }
}

std::string read_whole(OpenFile& file) {
  std::string text, piece(65'528, '\0');
  while (const std::size_t count = file.read(text.size(), piece)) text.append(piece, 0, count);
  return text;
}

class BucketContract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { server.put("2026/app.dmg", content); }

  StorageSettings settings() const { return server.settings(GetParam()); }
  std::unique_ptr<OpenFile> opened(const Storage& storage, const std::string& path = "2026/app.dmg") const {
    return storage.open(path, ServedAs::stored);
  }

  /// No fault may show what a request was signed with, or a URL that works.
  static void expect_discreet(const std::string& message) {
    for (const char* secret : {"Signature", "hush", "PRIVATE", "http://", "https://"})
      EXPECT_EQ(message.find(secret), std::string::npos) << message;
  }

  const std::string content = test::noise(size);
  ObjectServer server;
};

TEST_P(BucketContract, GivesAnObjectAsItIs) {
  const auto storage = open_bucket(settings());
  const auto file = opened(*storage);
  EXPECT_EQ(file->name(), "app.dmg");
  EXPECT_EQ(file->version().size, size);
  EXPECT_EQ(file->descriptor(), -1);
  EXPECT_EQ(server.count("GET"), 0U) << "nothing is fetched before it is asked for";
  EXPECT_TRUE(read_whole(*file) == content);
  EXPECT_EQ(server.count("GET"), 1U);
  EXPECT_EQ(opened(*storage)->version(), file->version());
  server.put("2026/app.dmg", "another");
  EXPECT_NE(opened(*storage)->version(), file->version());
}

TEST_P(BucketContract, FindsNamesOfAllKindsBehindItsPrefix) {
  StorageSettings below = settings();
  below.prefix = "ü &+%/a=b/";
  const auto storage = open_bucket(below);
  for (const std::string name : {"x y.zip", "ü€~*'().zip", "%41?#&=+.zip", "a:b@c;d,e!$.zip"}) {
    SCOPED_TRACE(name);
    server.put("ü &+%/a=b/deep/" + name, name);
    const auto file = opened(*storage, "deep/" + name);
    EXPECT_EQ(file->name(), name);
    EXPECT_EQ(read_whole(*file), name);
  }
  for (const char* none : {"nosuch", "../2026/app.dmg", "/2026/app.dmg", "deep//x y.zip", ""})
    EXPECT_EQ(outcome_of([&] { opened(*storage, none); }).code, Errc::file_not_found) << none;
}

TEST_P(BucketContract, GivesAnEmptyObject) {
  server.put("empty", "");
  const auto file = opened(*open_bucket(settings()), "empty");
  EXPECT_EQ(file->version().size, 0U);
  EXPECT_TRUE(file->is_ready(0));
  EXPECT_EQ(read_whole(*file), "");
}

TEST_P(BucketContract, IsUnavailableWhileItsServerIsIll) {
  const struct {
    Misbehaviour way;
    Errc code;
    const char* said;
  } cases[] = {
      {{.way = "status", .number = 403}, Errc::unavailable, "403"},
      {{.way = "status", .number = 404}, Errc::file_not_found, ""},
      {{.way = "status", .number = 500}, Errc::unavailable, "500"},
      {{.way = "status", .number = 503}, Errc::unavailable, "503"},
      {{.way = "status", .number = 204}, Errc::unavailable, "204"},
      {{.way = "redirect"}, Errc::unavailable, "307: are endpoint and region right?"},
      {{.way = "garbage"}, Errc::unavailable, ""},
      {{.way = "close"}, Errc::unavailable, ""},
      {{.way = "reset"}, Errc::unavailable, ""},
      {{.way = "no-length"}, Errc::unavailable, "no size"},
  };
  const auto storage = open_bucket(settings());
  for (const auto& c : cases) {
    SCOPED_TRACE(c.way.way + std::to_string(c.way.number));
    server.behave(c.way);
    const Outcome outcome = outcome_of([&] { opened(*storage); });
    EXPECT_EQ(outcome.code, c.code) << outcome.message;
    EXPECT_NE(outcome.message.find(c.said), std::string::npos) << outcome.message;
    expect_discreet(outcome.message);
    server.behave_well();
    EXPECT_NO_THROW(opened(*storage));
  }
}

TEST_P(BucketContract, WaitsSecondsForAServerThatHangsAndOthersDoNot) {
  for (const char* way : {"hang", "slow-head"}) {
    SCOPED_TRACE(way);
    const auto storage = open_bucket(settings());
    server.behave({.way = way});
    const auto begun = steady_clock::now();
    const Outcome first = outcome_of([&] { opened(*storage); });
    const auto answered = steady_clock::now();
    const Outcome second = outcome_of([&] { opened(*storage); });
    EXPECT_EQ(first.code, Errc::unavailable);
    EXPECT_NE(first.message.find("no answer in time"), std::string::npos) << first.message;
    expect_discreet(first.message);
    EXPECT_LT(answered - begun, 7s);
    EXPECT_EQ(second.code, Errc::unavailable);
    EXPECT_LT(steady_clock::now() - answered, 1s) << "who comes meanwhile is told at once";
    server.behave_well();
    test::wait_until("it is asked again", [&] { return !outcome_of([&] { opened(*storage); }).code; });
  }
}

TEST_P(BucketContract, IsUnavailableIfNobodyIsThere) {
  StorageSettings nowhere = settings();
  nowhere.endpoint = "http://127.0.0.1:" + std::to_string(test::free_port());
  EXPECT_EQ(outcome_of([&] { opened(*open_bucket(nowhere)); }).code, Errc::unavailable);
  nowhere.endpoint = "http://nosuch.invalid";
  EXPECT_EQ(outcome_of([&] { opened(*open_bucket(nowhere)); }).code, Errc::unavailable);
}

TEST_P(BucketContract, AsksPrivateAddressesOnlyIfAllowed) {
  StorageSettings restrained = settings();
  restrained.private_addresses = false;
  EXPECT_EQ(outcome_of([&] { opened(*open_bucket(restrained)); }).code, Errc::unavailable);
  EXPECT_TRUE(server.requests().empty());
}

TEST_P(BucketContract, RefusesWrongCredentials) {
  StorageSettings wrong = settings();
  wrong.secret_key = "hush/another";
  wrong.service_account = "/nosuch/hush.json";
  const Outcome outcome = outcome_of([&] { opened(*open_bucket(wrong)); });
  EXPECT_EQ(outcome.code, Errc::unavailable);
  EXPECT_NE(outcome.message.find(wrong.kind == "gcs" ? "cannot be read" : "403: are the credentials right"), std::string::npos)
      << outcome.message;
}

TEST_P(BucketContract, GoesOnWhereTheServerBrokeOff) {
  const auto storage = open_bucket(settings());
  for (const Misbehaviour& way :
       {Misbehaviour{.way = "cut", .method = "GET", .number = 1'100'000, .times = 2}, Misbehaviour{"cut", "GET", 0, 3},
        Misbehaviour{"close", "GET", 0, 3}, Misbehaviour{"reset", "GET", 0, 3}, Misbehaviour{"garbage", "GET", 0, 3},
        Misbehaviour{"status", "GET", 500, 3}, Misbehaviour{"status", "GET", 403, 1}, Misbehaviour{"no-length", "GET", 0, 1},
        Misbehaviour{"no-ranges", "GET", 0, 1}}) {
    SCOPED_TRACE(way.way);
    const auto file = opened(*storage);
    server.behave(way);
    EXPECT_TRUE(read_whole(*file) == content);
    server.behave_well();
  }
}

TEST_P(BucketContract, GivesUpIfItDoesNotGetBetter) {
  const auto storage = open_bucket(settings());
  const struct {
    Misbehaviour way;
    Errc code;
  } cases[] = {
      {{.way = "status", .method = "GET", .number = 500}, Errc::unavailable},
      {{.way = "status", .method = "GET", .number = 404}, Errc::file_changed},
      {{.way = "wrong-length", .method = "GET", .number = 10}, Errc::unavailable},
      {{.way = "wrong-length", .method = "GET", .number = -10}, Errc::unavailable},
      {{.way = "redirect", .method = "GET"}, Errc::unavailable},
      {{.way = "cut", .method = "GET", .number = 1000}, Errc::unavailable},
      {{.way = "change", .method = "GET"}, Errc::file_changed},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.way.way);
    const auto file = opened(*storage);
    server.behave(c.way);
    const Outcome outcome = outcome_of([&] { read_whole(*file); });
    EXPECT_EQ(outcome.code, c.code) << outcome.message;
    expect_discreet(outcome.message);
    server.behave_well();
  }
}

TEST_P(BucketContract, NeverMixesTwoVersions) {
  const auto storage = open_bucket(settings());
  const auto file = opened(*storage);
  std::string piece(1000, '\0');
  ASSERT_EQ(file->read(0, piece), 1000U);
  server.put("2026/app.dmg", std::string(size, 'x'));
  EXPECT_EQ(outcome_of([&] { file->read(size - 1000, piece); }).code, Errc::file_changed);
}

TEST_P(BucketContract, NeverMakesAnybodyWaitToBeReadyNorToEnd) {
  server.behave({.way = "hang", .method = "GET"});
  const auto storage = open_bucket(settings());
  auto file = opened(*storage);
  const auto begun = steady_clock::now();
  EXPECT_FALSE(file->is_ready(0));
  test::wait_until("it is being fetched", [&] { return server.count("GET") == 1; });
  EXPECT_FALSE(file->is_ready(0));
  file.reset();
  EXPECT_LT(steady_clock::now() - begun, 5s);
}

TEST_P(BucketContract, HasSoManyFilesOpenAndNoMore) {
  const auto storage = open_bucket(settings(), ports(2));
  auto one = opened(*storage);
  const auto two = opened(*storage);
  EXPECT_EQ(outcome_of([&] { opened(*storage); }).code, Errc::unavailable);
  EXPECT_EQ(outcome_of([&] { opened(*storage); }).code, Errc::unavailable);
  one.reset();
  EXPECT_NO_THROW(opened(*storage));
}

TEST_P(BucketContract, RemovesNothing) {
  const auto storage = open_bucket(settings());
  EXPECT_EQ(outcome_of([&] { storage->remove("2026/app.dmg", {}, [] { return false; }); }).code, Errc::unavailable);
  EXPECT_NO_THROW(opened(*storage));
}

TEST_P(BucketContract, GivesUrlsThatServeTheFileUnderItsName) {
  const auto storage = open_bucket(settings());
  Storage::Direct wanted{.path = "2026/app.dmg",
                         .filename = "Äpp \"3\".dmg",
                         .media_type = "application/x-apple-diskimage",
                         .lifetime = seconds{600},
                         .now = ports().now()};
  const std::string url = storage->direct_url(wanted).value();
  const test::Finished fetched = test::run({"curl", "--silent", "--show-error", "--fail", "--dump-header", "-", "--output",
                                            "/dev/null", "--write-out", "%{size_download}", url});
  EXPECT_EQ(fetched.status, 0) << fetched.err;
  EXPECT_NE(fetched.out.find("filename*=UTF-8''%C3%84pp%20%223%22.dmg"), std::string::npos) << fetched.out;
  EXPECT_NE(fetched.out.find("Content-Type: application/x-apple-diskimage"), std::string::npos) << fetched.out;
  EXPECT_TRUE(fetched.out.ends_with(std::to_string(size))) << fetched.out;

  wanted.now -= seconds{601};
  EXPECT_NE(test::run({"curl", "--silent", "--fail", storage->direct_url(wanted).value()}).status, 0) << "its time is over";
}

TEST_P(BucketContract, IsAskedByTlsAndMustProveWhoItIs) {
  Authority authority, stranger;
  authority.issue("right", "DNS:localhost");
  authority.issue("elsewhere", "DNS:elsewhere.example.com");
  stranger.issue("strange", "DNS:localhost");
  ObjectServer good{authority, "right"}, elsewhere{authority, "elsewhere"};
  good.put("file", content);
  elsewhere.put("file", content);

  const auto storage = open_bucket(good.settings(GetParam()));
  EXPECT_TRUE(read_whole(*opened(*storage, "file")) == content);
  StorageSettings distrustful = good.settings(GetParam());
  distrustful.ca_file = stranger.certificate();
  EXPECT_EQ(outcome_of([&] { opened(*open_bucket(distrustful), "file"); }).code, Errc::unavailable);
  distrustful.ca_file = "/nosuch.pem";
  EXPECT_EQ(outcome_of([&] { opened(*open_bucket(distrustful), "file"); }).code, Errc::unavailable);
  EXPECT_EQ(outcome_of([&] { opened(*open_bucket(elsewhere.settings(GetParam())), "file"); }).code, Errc::unavailable);
  EXPECT_TRUE(elsewhere.requests().empty());
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, BucketContract, testing::Values("gcs", "s3"),
                         [](const auto& instance) { return std::string{instance.param}; });

}  // namespace
}  // namespace claimcheck
