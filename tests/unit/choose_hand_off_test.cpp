#include <gtest/gtest.h>

#include "fcgi/hand_off.h"

namespace claimcheck {
namespace {

using namespace fcgi;

constexpr std::uint64_t size = 1000;

Token with(const Rules& rules, std::int64_t max_uses) {
  return {.digest = Secret::parse(std::string(64, 'a')).value().digest(),
          .file = "2026/a b.zip",
          .rules = rules,
          .max_uses = max_uses};
}

Token limited() {
  return with({}, 1);
}

Token unlimited() {
  return with({}, 0);
}

StorageSettings by(claimcheck::HandOff hand_off) {
  return {.root = "/srv/files", .hand_off = hand_off, .url = "/files"};
}

Request announcing(claimcheck::HandOff hand_off) {
  return {.method = Method::get, .hand_offs = {hand_off}};
}

TEST(ChooseHandOff, TheRulesOfATokenAndTheModeOfTheWorkerDecide) {
  using claimcheck::HandOff;
  const Circumstances socket{.own_socket = true, .exact_up_to = 0};
  const Circumstances small{.own_socket = false, .exact_up_to = size}, large{.own_socket = false, .exact_up_to = size - 1};
  const struct {
    const char* name;
    Token token;
    HandOff set_up;
    Circumstances circumstances;
    HandOff expected;
  } cases[] = {
      {"no limit, so nothing to count", unlimited(), HandOff::accel, socket, HandOff::accel},
      {"limited uses behind an own socket", limited(), HandOff::accel, socket, HandOff::none},
      {"limited uses, a small file", limited(), HandOff::local, small, HandOff::none},
      {"limited uses, a large file", limited(), HandOff::local, large, HandOff::local},
      {"always exact", with({.exact = Exact::always}, 0), HandOff::local, large, HandOff::none},
      {"never exact", with({.exact = Exact::never}, 1), HandOff::xsendfile, socket, HandOff::xsendfile},
      {"a local redirect that would be seen", unlimited(), HandOff::local, socket, HandOff::none},
      {"paced by us", with({.rate = 1000}, 0), HandOff::xsendfile, socket, HandOff::none},
      {"paced by nginx", with({.rate = 1000}, 0), HandOff::accel, socket, HandOff::accel},
      {"set up for streaming", unlimited(), HandOff::none, socket, HandOff::none},
      {"to a bucket, limited uses or not", limited(), HandOff::redirect, socket, HandOff::redirect},
      {"to a bucket, never exact", with({.exact = Exact::never}, 1), HandOff::redirect, small, HandOff::redirect},
      {"to a bucket, always exact", with({.exact = Exact::always}, 1), HandOff::redirect, socket, HandOff::none},
      {"to a bucket, paced by us", with({.rate = 1000}, 1), HandOff::redirect, socket, HandOff::none},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(choose_hand_off(c.token, by(c.set_up), c.circumstances, announcing(c.set_up), size), c.expected);
  }
}

TEST(ChooseHandOff, ARequestThatAWebServerMightReadOtherwiseIsStreamed) {
  using claimcheck::HandOff;
  const Circumstances circumstances{.own_socket = true};
  const struct {
    const char* name;
    const char* range;
    Conditions conditions;
    bool handed_off;
  } cases[] = {
      {"the whole file", "", {}, true},
      {"from a byte on", "bytes=5-", {}, true},
      {"from byte to byte", "bytes=5-9", {}, true},
      {"the last bytes", "bytes=-9", {}, true},
      {"several ranges", "bytes=0-1,5-6", {}, false},
      {"a range backwards", "bytes=9-5", {}, false},
      {"a space in it", "bytes= 5-9", {}, false},
      {"nothing at all", "bytes=-", {}, false},
      {"another unit", "items=5-9", {}, false},
      {"capital letters", "Bytes=5-9", {}, false},
      {"a number beyond numbers", "bytes=5-99999999999999999999", {}, false},
      {"the same file by its validator", "bytes=5-", {.if_range = "\"a-b\""}, true},
      {"the same file by its date", "bytes=5-", {.if_range = "Wed, 25 Jun 2014 17:12:18 GMT"}, false},
      {"another condition", "", {.if_match = "\"a-b\""}, false},
      {"a condition on its date", "", {.if_unmodified_since = "Wed, 25 Jun 2014 17:12:18 GMT"}, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Request request = announcing(HandOff::accel);
    request.range = c.range;
    request.conditions = c.conditions;
    EXPECT_EQ(choose_hand_off(unlimited(), by(HandOff::accel), circumstances, request, size) == HandOff::accel, c.handed_off);
  }
  EXPECT_EQ(choose_hand_off(unlimited(), by(HandOff::accel), circumstances, announcing(HandOff::xsendfile), size),
            HandOff::none)
      << "the web server announces something else";
  EXPECT_EQ(choose_hand_off(unlimited(), by(HandOff::accel), circumstances, announcing(HandOff::accel), 0), HandOff::none)
      << "nothing to send";
}

TEST(ChooseHandOff, EachMeansHasItsFieldAndItsWayToWriteThePath) {
  using claimcheck::HandOff;
  const struct {
    HandOff means;
    const char* field;
    const char* value;
  } cases[] = {
      {HandOff::local, "Location", "/files/2026/a%20b%25%C3%BC.zip"},
      {HandOff::xsendfile, "X-Sendfile", "/srv/files/2026/a b%\xc3\xbc.zip"},
      {HandOff::accel, "X-Accel-Redirect", "/files/2026/a%20b%25%C3%BC.zip"},
      {HandOff::litespeed, "X-LiteSpeed-Location", "/files/2026/a%20b%25%C3%BC.zip"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.field);
    Reply reply;
    reply.status = 206;
    reply.set("Content-Range", "bytes 0-0/9");
    reply.set("ETag", "\"a-b\"");
    fcgi::hand_off(reply, c.means, by(c.means), "2026/a b%\xc3\xbc.zip", 0);
    const std::string head = head_of(reply);
    EXPECT_NE(head.find(std::string{c.field} + ": " + c.value + "\r\n"), std::string::npos) << head;
    EXPECT_NE(head.find("ETag: \"a-b\"\r\n"), std::string::npos) << head;
    EXPECT_EQ(head.find("Content-"), std::string::npos) << head;
    EXPECT_EQ(head.starts_with("Status: 200 OK\r\n"), c.means != HandOff::local) << head;
  }
}

TEST(ChooseHandOff, ABucketNeedsNoAnnouncementOfTheWebServer) {
  using claimcheck::HandOff;
  const Circumstances circumstances{.own_socket = true};
  Request request{.method = Method::get};
  const auto chosen = [&](std::uint64_t bytes) {
    return choose_hand_off(limited(), by(HandOff::redirect), circumstances, request, bytes);
  };
  EXPECT_EQ(chosen(size), HandOff::redirect);
  EXPECT_EQ(chosen(0), HandOff::none);
  request.range = "bytes=10-";
  EXPECT_EQ(chosen(size), HandOff::redirect);
  request.range = "bytes=10-19,30-39";
  EXPECT_EQ(chosen(size), HandOff::none);
  request.range.clear();
  request.method = Method::head;
  EXPECT_EQ(chosen(size), HandOff::none);
}

TEST(Redirect, LivesAsLongAsTheTokenAndNoLongerThanTheStorageSays) {
  Token token = limited();
  token.expires_at = from_unix(10'000);
  token.rules.grace = seconds{500};
  const StorageSettings storage = [] {
    StorageSettings settings = by(claimcheck::HandOff::redirect);
    settings.url_lifetime = seconds{3600};
    return settings;
  }();
  const struct {
    const char* name;
    std::int64_t now;
    std::int64_t lifetime;
  } cases[] = {
      {"long before the end", 0, 3600}, {"near the end", 9'900, 100},      {"in the last second", 9'999, 1},
      {"in its grace", 10'100, 400},    {"in the grace's end", 10'500, 1}, {"after all", 20'000, 1},
  };
  for (const auto& c : cases) EXPECT_EQ(direct_lifetime(token, storage, from_unix(c.now)), seconds{c.lifetime}) << c.name;
}

TEST(Redirect, SaysNothingOfTheFileButWhereItIs) {
  Reply reply;
  for (const char* name : {"Content-Type", "Content-Disposition", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified",
                           "Content-Security-Policy", "Cache-Control", "Referrer-Policy", "X-Request-Id"})
    reply.set(name, "x");
  reply.pieces.push_back({.text = "x"});
  redirect(reply, "https://bucket.example.com/a?b=c");
  EXPECT_EQ(reply.status, 302);
  EXPECT_TRUE(reply.pieces.empty());
  const std::vector<std::pair<std::string, std::string>> expected{{"Cache-Control", "x"},
                                                                  {"Referrer-Policy", "x"},
                                                                  {"X-Request-Id", "x"},
                                                                  {"Location", "https://bucket.example.com/a?b=c"}};
  EXPECT_EQ(reply.headers, expected);
}

}  // namespace
}  // namespace claimcheck
