#include "fcgi/request.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/unit/thrown.h"

namespace claimcheck::fcgi {
namespace {

using Values = std::map<std::string, std::string>;

const Site site{.url = "https://example.com", .prefix = "/dl", .trusted_proxies = {"127.0.0.1"}};

Request parse(Values values, const BodyReader& read_body, IpLog ip_log = IpLog::anonymised) {
  values.try_emplace("REQUEST_METHOD", "GET");
  values.try_emplace("REQUEST_URI", "/dl/x");
  const Variables variables = [&](const char* name) -> std::optional<std::string_view> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional<std::string_view>{found->second};
  };
  return parse_request(variables, read_body, site, ip_log);
}

Request parse(const Values& values, const std::string& body = {}) {
  return parse(values, [&](std::size_t length) { return body.substr(0, length); });
}

Errc fault(const Values& values, const std::string& body = {}) {
  try {
    parse(values, body);
  } catch (const Error& error) {
    return error.code();
  }
  return Errc::internal;
}

TEST(ParseRequest, ThePathIsDecodedOnceAndCutIntoSegments) {
  const struct {
    const char* uri;
    bool outside;
    std::vector<std::string> path;
  } cases[] = {
      {"/dl", false, {}},
      {"/dl/", false, {}},
      {"/dl/abc", false, {"abc"}},
      {"/dl/abc/", false, {"abc"}},
      {"/dl/a/b/c.zip?x=1", false, {"a", "b", "c.zip"}},
      {"/dl/%41%2e", false, {"A."}},
      {"/dl/%2541", false, {"%41"}},
      {"/dl/a%2Fb", false, {"a/b"}},
      {"/dl//a", false, {"", "a"}},
      {"https://example.com/dl/abc", false, {"abc"}},
      {"/dlx/abc", true, {}},
      {"/DL/abc", true, {}},
      {"/", true, {}},
      {"/dl/%", true, {}},
      {"/dl/%zz", true, {}},
      {"/dl/%4", true, {}},
      {"/dl/a%0ab", true, {}},
      {"/dl/a%00b", true, {}},
      {"/dl/a\x7f", true, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.uri);
    const Request request = parse({{"REQUEST_URI", c.uri}});
    EXPECT_EQ(request.outside, c.outside);
    EXPECT_EQ(request.path, c.path);
  }
  EXPECT_TRUE(parse({{"REQUEST_URI", "/dl/" + std::string(longest_path, 'a')}}).outside);
  EXPECT_EQ(parse({{"REQUEST_URI", ""}, {"PATH_INFO", "/a b/c"}}).path, (std::vector<std::string>{"a b", "c"}));
}

TEST(ParseRequest, WhatCannotBeUnderstoodIsRefused) {
  const struct {
    const char* name;
    Values values;
    const char* body;
    Errc code;
  } cases[] = {
      {"no method", {{"REQUEST_METHOD", ""}}, "", Errc::bad_request},
      {"no path at all", {{"REQUEST_URI", ""}}, "", Errc::bad_request},
      {"a parameter twice", {{"QUERY_STRING", "a=1&b=2&a=3"}}, "", Errc::bad_request},
      {"a broken parameter", {{"QUERY_STRING", "a=%z"}}, "", Errc::bad_request},
      {"a negative length", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "-1"}}, "", Errc::bad_request},
      {"a length with a sign", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "+1"}}, "x", Errc::bad_request},
      {"a length in words", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "1e3"}}, "", Errc::bad_request},
      {"a short body", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "5"}}, "1234", Errc::bad_request},
      {"a large body", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "65537"}}, "", Errc::payload_too_large},
      {"a length beyond numbers",
       {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "99999999999999999999"}},
       "",
       Errc::payload_too_large},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(fault(c.values, c.body), c.code);
  }
  EXPECT_EQ(parse({{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "4"}}, "1234").body, "1234");
  EXPECT_EQ(parse({{"CONTENT_LENGTH", "junk"}}).body, "") << "a GET has no body";
}

TEST(ParseRequest, ABodyIsTakenBeforeARequestIsRefusedWithinBounds) {
  const struct {
    const char* name;
    Values values;
    std::size_t taken;
  } cases[] = {
      {"too large", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "70000"}}, 70'000},
      {"far too large", {{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "99000000"}}, 1 << 20},
      {"of a path that is none", {{"REQUEST_METHOD", "POST"}, {"REQUEST_URI", "/dl/%00"}, {"CONTENT_LENGTH", "5"}}, 5},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::size_t taken = 0;
    const BodyReader read_body = [&](std::size_t length) {
      taken += length;
      return std::string(length, 'x');
    };
    test::thrown([&] { parse(c.values, read_body); });
    EXPECT_EQ(taken, c.taken);
  }
}

TEST(ParseRequest, SurfacesAreFoundBeneathThePrefixAndBesideIt) {
  const struct {
    const char* uri;
    Surface surface;
    bool outside;
    std::vector<std::string> path;
  } cases[] = {
      {"/dl/v1/tokens", Surface::native, false, {"v1", "tokens"}},
      {"/api/downloads/macos", Surface::purchase, false, {"macos"}},
      {"/dl/api/downloads/macos", Surface::purchase, false, {"macos"}},
      {"/api/storage/backups/download-url", Surface::storage, false, {"backups", "download-url"}},
      {"/dl/api/storage/public-download?token=x", Surface::storage, false, {"public-download"}},
      {"/api/public/download/x", Surface::public_link, false, {"x"}},
      {"/dl/api/public/download/x", Surface::public_link, false, {"x"}},
      {"/api/storages/x", Surface::native, true, {}},
      {"/api/storage", Surface::storage, false, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.uri);
    const Request request = parse({{"REQUEST_URI", c.uri}});
    EXPECT_EQ(request.surface, c.surface);
    EXPECT_EQ(request.outside, c.outside);
    EXPECT_EQ(request.path, c.path);
  }
}

TEST(ParseRequest, TheTargetMayBeInAnyFormThatServersPassOn) {
  const struct {
    const char* name;
    const char* uri;
    bool outside;
  } cases[] = {
      {"absolute without a path", "https://example.com", true},
      {"absolute with another path", "http://example.com/x/dl/a", true},
      {"absolute with the prefix in its query", "http://example.com/?/dl/a", true},
      {"a scheme inside the path", "/x://dl/a", true},
      {"the whole server", "*", true},
      {"a host and port", "example.com:443", true},
      {"the prefix with a query", "/dl?a=b", false},
      {"the prefix with parameters", "/dl;x", true},
      {"the prefix twice encoded", "/%64l/a", true},
      {"upwards and back", "/x/../dl/a", true},
      {"two slashes in front", "//dl/a", true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(parse({{"REQUEST_URI", c.uri}}).outside, c.outside);
  }
}

TEST(ParseRequest, AVariableThatIsAbsentIsLikeAnEmptyOne) {
  const Variables only_method = [](const char* name) -> std::optional<std::string_view> {
    return std::string_view{name} == "REQUEST_METHOD" ? std::optional<std::string_view>{"GET"} : std::nullopt;
  };
  const Variables nothing = [](const char*) { return std::optional<std::string_view>{}; };
  const BodyReader no_body = [](std::size_t) { return std::string{}; };
  for (const Variables& variables : {only_method, nothing}) {
    const auto error = test::thrown([&] { parse_request(variables, no_body, site, IpLog::anonymised); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code(), Errc::bad_request);
  }
  const Request request = parse({});
  EXPECT_EQ(request.range, "");
  EXPECT_EQ(request.conditions.if_range, "");
  EXPECT_EQ(request.bearer, "");
  EXPECT_EQ(request.network, "0.0.0.0");
  EXPECT_FALSE(request.prefetch);
}

TEST(ParseRequest, TakesMethodQueryAndConditionsAsTheyCame) {
  const struct {
    const char* name;
    Method method;
  } methods[] = {{"GET", Method::get},     {"HEAD", Method::head},  {"POST", Method::post},     {"OPTIONS", Method::options},
                 {"get", Method::other},   {"PUT", Method::other},  {"GET ", Method::other},    {"DELETE", Method::other},
                 {"TRACE", Method::other}, {"GETX", Method::other}, {"PROPFIND", Method::other}};
  for (const auto& c : methods) EXPECT_EQ(parse({{"REQUEST_METHOD", c.name}}).method, c.method) << c.name;

  using Parameters = std::map<std::string, std::string>;
  EXPECT_EQ(parse({{"QUERY_STRING", "a=1&&b&c=&d=x%3Dy%26z&e=1+1"}}).query,
            (Parameters{{"a", "1"}, {"b", ""}, {"c", ""}, {"d", "x=y&z"}, {"e", "1+1"}}));
  EXPECT_EQ(fault({{"QUERY_STRING", "a=1&%61=2"}}), Errc::bad_request) << "twice, once encoded";
  EXPECT_EQ(fault({{"QUERY_STRING", "b&b"}}), Errc::bad_request);
  EXPECT_EQ(fault({{"QUERY_STRING", std::string(longest_path + 1, 'a')}}), Errc::bad_request);

  const Request request = parse({{"HTTP_RANGE", "bytes=0-4"},
                                 {"HTTP_IF_MATCH", "\"a\""},
                                 {"HTTP_IF_NONE_MATCH", "\"b\""},
                                 {"HTTP_IF_MODIFIED_SINCE", "c"},
                                 {"HTTP_IF_UNMODIFIED_SINCE", "d"},
                                 {"HTTP_IF_RANGE", "\"e\""}});
  EXPECT_EQ(request.range, "bytes=0-4");
  EXPECT_EQ(request.conditions.if_match, "\"a\"");
  EXPECT_EQ(request.conditions.if_none_match, "\"b\"");
  EXPECT_EQ(request.conditions.if_modified_since, "c");
  EXPECT_EQ(request.conditions.if_unmodified_since, "d");
  EXPECT_EQ(request.conditions.if_range, "\"e\"");
}

TEST(ParseRequest, TheBodyOfOthersThanPostIsNotRead) {
  for (const char* method : {"GET", "HEAD", "PUT", "OPTIONS"})
    EXPECT_EQ(parse({{"REQUEST_METHOD", method}, {"CONTENT_LENGTH", "4"}}, "1234").body, "") << method;
  EXPECT_EQ(parse({{"REQUEST_METHOD", "POST"}}, "1234").body, "") << "no length, no body";
  EXPECT_EQ(parse({{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "0"}}, "1234").body, "");
  EXPECT_EQ(parse({{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "65536"}}, std::string(65536, 'x')).body.size(), 65536U);
  EXPECT_EQ(fault({{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", " 4"}}, "1234"), Errc::bad_request);
  EXPECT_EQ(fault({{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "4, 4"}}, "1234"), Errc::bad_request);
  EXPECT_EQ(fault({{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "0x4"}}, "1234"), Errc::bad_request);
}

TEST(ParseRequest, TheKeyIsTakenFromEitherAuthorizationVariable) {
  const struct {
    const char* plain;
    const char* redirected;
    const char* expected;
  } cases[] = {
      {"Bearer abc", "", "abc"},
      {"bearer   abc", "", "abc"},
      {"", "Bearer abc", "abc"},
      {"Basic YTpi", "", ""},
      {"Bearer", "", ""},
      {"Bearer ", "", ""},
      {"", "", ""},
  };
  for (const auto& c : cases)
    EXPECT_EQ(parse({{"HTTP_AUTHORIZATION", c.plain}, {"REDIRECT_HTTP_AUTHORIZATION", c.redirected}}).bearer, c.expected);
}

TEST(ParseRequest, TellsWhatTheClientCanRead) {
  EXPECT_EQ(format_for("text/html,application/xhtml+xml,*/*;q=0.8"), Format::html);
  EXPECT_EQ(format_for("Application/JSON"), Format::json);
  EXPECT_EQ(format_for("*/*"), Format::text);
  EXPECT_EQ(format_for(""), Format::text);
  for (const char* name : {"HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_PURPOSE"}) {
    EXPECT_TRUE(parse({{name, "Prefetch;prerender"}}).prefetch);
    EXPECT_FALSE(parse({{name, "navigate"}}).prefetch);
  }
  EXPECT_EQ(parse({{"REMOTE_ADDR", "127.0.0.1"}, {"HTTP_X_FORWARDED_FOR", "203.0.113.9"}}).network, "203.0.113.0");
}

TEST(ParseRequest, ClientsAreToldApartWhateverIsRecordedOfThem) {
  const struct {
    IpLog ip_log;
    const char* network;
  } cases[] = {{IpLog::none, ""}, {IpLog::anonymised, "203.0.113.0"}, {IpLog::full, "203.0.113.9"}};
  const BodyReader no_body = [](std::size_t) { return std::string{}; };
  for (const auto& c : cases) {
    const Request request =
        parse(Values{{"REMOTE_ADDR", "127.0.0.1"}, {"HTTP_X_FORWARDED_FOR", "203.0.113.9"}}, no_body, c.ip_log);
    EXPECT_EQ(request.network, c.network);
    EXPECT_EQ(request.client_network, "203.0.113.0");
  }
}

}  // namespace
}  // namespace claimcheck::fcgi
