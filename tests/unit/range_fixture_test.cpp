#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/conditions.h"
#include "core/range.h"

namespace claimcheck {
namespace {

using nlohmann::json;

/// The Last-Modified of every file of the cases: Wed, 25 Jun 2014 17:12:18 GMT.
constexpr Time last_modified = from_unix(1'403'716'338);
constexpr std::string_view etag = "\"5f-18a\"";

json cases() {
  std::ifstream file{std::string{CLAIMCHECK_SOURCE_DIR} + "/tests/data/http-range/cases.json"};
  return json::parse(file);
}

std::string field(const json& headers, const char* name) {
  std::string value = headers.value(name, "");
  constexpr std::string_view placeholder = "__ETAG__";
  if (const auto at = value.find(placeholder); at != std::string::npos) value.replace(at, placeholder.size(), etag);
  return value;
}

/// What the core decides about a request, in the terms of HTTP.
struct Answer {
  int status = 0;
  std::string content_range{};
  std::uint64_t content_length = 0;
  std::vector<Range> parts{};
};

Answer answer(const json& request, std::uint64_t size) {
  const json& headers = request.at("headers");
  const Conditions conditions{.if_match = field(headers, "If-Match"),
                              .if_none_match = field(headers, "If-None-Match"),
                              .if_modified_since = field(headers, "If-Modified-Since"),
                              .if_unmodified_since = field(headers, "If-Unmodified-Since"),
                              .if_range = field(headers, "If-Range")};
  const Validators validators{.etag = std::string{etag}, .last_modified = last_modified};
  switch (evaluate(conditions, validators)) {
    case ConditionOutcome::not_modified:
      return {.status = 304};
    case ConditionOutcome::precondition_failed:
      return {.status = 412};
    case ConditionOutcome::proceed:
      break;
  }
  Answer whole{.status = 200, .content_length = size};
  if (request.at("method") != "GET" || !range_applies(conditions, validators)) return whole;
  const RangeChoice choice = choose_range(field(headers, "Range"), size);
  if (choice.kind == RangeChoice::Kind::whole) return whole;
  if (choice.kind == RangeChoice::Kind::unsatisfiable) return {.status = 416, .content_range = unsatisfied_range(size)};
  if (choice.ranges.size() > 1) return {.status = 206, .parts = choice.ranges};
  const Range range = choice.ranges.front();
  return {.status = 206, .content_range = content_range(range, size), .content_length = range.length, .parts = choice.ranges};
}

TEST(HttpRangeFixture, IsAnsweredAsTheRfcAllows) {
  const json fixture = cases();
  ASSERT_GE(fixture.at("cases").size(), 68U);
  const std::set<std::string> known{"Range",         "If-Range",          "If-Match",
                                    "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"};
  for (const json& request : fixture.at("cases")) {
    SCOPED_TRACE(request.at("id").get<std::string>());
    for (const auto& header : request.at("headers").items()) EXPECT_TRUE(known.contains(header.key())) << header.key();
    const auto size = request.at("size").get<std::uint64_t>();
    EXPECT_EQ(size, fixture.at("files").at(request.at("file").get<std::string>()).at("len").get<std::uint64_t>());

    const json& rfc = request.at("rfc");
    const Answer given = answer(request, size);
    const auto statuses = rfc.at("status").get<std::vector<int>>();
    EXPECT_NE(std::ranges::find(statuses, given.status), statuses.end()) << given.status;
    if (rfc.contains("content_range")) {
      EXPECT_EQ(given.content_range, rfc.at("content_range").get<std::string>());
    }
    if (rfc.contains("content_length")) {
      EXPECT_EQ(given.content_length, rfc.at("content_length").get<std::uint64_t>());
    }

    if (given.status != 206 || !request.contains("ranges")) continue;
    std::vector<Range> expected;
    for (const auto& [first, last] : request.at("ranges").get<std::vector<std::pair<std::uint64_t, std::uint64_t>>>()) {
      expected.push_back({.first = first, .length = last - first + 1});
    }
    EXPECT_EQ(given.parts, expected);
  }
}

}  // namespace
}  // namespace claimcheck
