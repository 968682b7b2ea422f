#include "fcgi/error_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fcgi/error_reply.h"
#include "fcgi/routes.h"

namespace claimcheck::fcgi {
namespace {

TEST(ErrorTable, HasTheDocumentedStatusesAndTextsForPeople) {
  const struct {
    Errc code;
    const char* name;
    int native, purchase, storage, public_link;
  } rows[] = {
      {Errc::bad_request, "bad_request", 400, 400, 400, 400},
      {Errc::missing_token, "missing_token", 404, 400, 400, 404},
      {Errc::invalid_token, "invalid_token", 404, 401, 401, 404},
      {Errc::token_expired, "token_expired", 410, 410, 401, 404},
      {Errc::token_revoked, "token_revoked", 410, 410, 401, 404},
      {Errc::usage_limit_exceeded, "usage_limit_exceeded", 410, 429, 401, 404},
      {Errc::download_in_progress, "download_in_progress", 409, 409, 409, 409},
      {Errc::not_ready, "not_ready", 425, 425, 425, 425},
      {Errc::payment_required, "payment_required", 402, 402, 402, 402},
      {Errc::address_not_allowed, "address_not_allowed", 403, 403, 403, 403},
      {Errc::country_not_allowed, "country_not_allowed", 403, 403, 403, 403},
      {Errc::file_not_attached, "file_not_attached", 403, 403, 403, 403},
      {Errc::file_not_found, "file_not_found", 404, 404, 500, 404},
      {Errc::file_changed, "file_changed", 410, 410, 500, 410},
      {Errc::rate_limited, "rate_limited", 429, 429, 429, 429},
      {Errc::unauthorized, "unauthorized", 401, 401, 401, 401},
      {Errc::forbidden, "forbidden", 403, 403, 403, 403},
      {Errc::method_not_allowed, "method_not_allowed", 405, 405, 405, 405},
      {Errc::payload_too_large, "payload_too_large", 413, 413, 413, 413},
      {Errc::precondition_failed, "precondition_failed", 412, 412, 412, 412},
      {Errc::range_not_satisfiable, "range_not_satisfiable", 416, 416, 416, 416},
      {Errc::unavailable, "unavailable", 503, 503, 503, 503},
      {Errc::internal, "internal", 500, 500, 500, 500},
  };
  ASSERT_EQ(error_table().size(), std::size(rows));
  for (const auto& expected : rows) {
    SCOPED_TRACE(expected.name);
    const ErrorRow& row = row_of(expected.code);
    EXPECT_EQ(row.name, expected.name);
    EXPECT_EQ(row.status(Surface::native), expected.native);
    EXPECT_EQ(row.status(Surface::purchase), expected.purchase);
    EXPECT_EQ(row.status(Surface::storage), expected.storage);
    EXPECT_EQ(row.status(Surface::public_link), expected.public_link);
    EXPECT_FALSE(row.title.empty() || row.message.empty() || row.advice.empty());
    EXPECT_STRNE(reason_phrase(expected.native), expected.native == 500 ? "" : "Internal Server Error");
  }
}

std::string header(const Reply& reply, std::string_view wanted) {
  for (const auto& [name, value] : reply.headers)
    if (name == wanted) return value;
  return {};
}

TEST(ErrorPage, EveryFormatHasTheSameStatusAndEscapesWhatItShows) {
  const Site site{.name = "A & B <shop>", .support = "help@example.com"};
  const Error error{Errc::bad_request, "<b>\"x\"</b>", {{"field", "<i>"}, {"count", std::int64_t{5}}}};
  const Reply html = error_reply(error, Surface::native, Format::html, site),
              json = error_reply(error, Surface::native, Format::json, site),
              text = error_reply(error, Surface::native, Format::text, site);
  EXPECT_EQ(html.status, 400);
  EXPECT_EQ(json.status, 400);
  EXPECT_EQ(text.status, 400);
  EXPECT_EQ(html.text.find("<b>"), std::string::npos);
  EXPECT_EQ(html.text.find("<i>"), std::string::npos);
  EXPECT_EQ(html.text.find("<shop>"), std::string::npos);
  EXPECT_NE(html.text.find("&lt;b&gt;&quot;x&quot;"), std::string::npos);
  EXPECT_NE(html.text.find("mailto:help@example.com"), std::string::npos);
  EXPECT_EQ(
      json.text,
      R"({"error":"bad_request","message":"<b>\"x\"</b>","code":400,"details":{"field":"<i>","count":5,"support":"help@example.com"}})"
      "\n");
  EXPECT_EQ(std::ranges::count(text.text, '\n'), 1) << "a terminal gets one line";
}

TEST(ErrorPage, CarriesTheHeadersThatItsStatusNeeds) {
  const Site site;
  const auto reply = [&](const Error& error) { return error_reply(error, Surface::native, Format::text, site); };
  EXPECT_EQ(header(reply(Error{Errc::method_not_allowed, {}, {{"allow", "GET"}}}), "Allow"), "GET");
  EXPECT_EQ(header(reply(Error{Errc::range_not_satisfiable, {}, {{"size", std::int64_t{7}}}}), "Content-Range"), "bytes */7");
  EXPECT_EQ(header(reply(Error{Errc::unavailable, "mysql is down"}), "Retry-After"), "5");
  EXPECT_EQ(reply(Error{Errc::unavailable, "mysql is down"}).text.find("mysql"), std::string::npos);
  EXPECT_TRUE(header(reply(Error{Errc::unauthorized}), "WWW-Authenticate").starts_with("Bearer"));
}

TEST(Routes, AreFoundByTheirSegments) {
  const struct {
    std::vector<std::string> path;
    const char* name;
  } cases[] = {
      {{"healthz"}, "healthz"},
      {{"readyz"}, "readyz"},
      {{"v1", "tokens"}, "tokens.list"},
      {{"v1", "tokens", "x"}, "tokens.show"},
      {{"v1", "tokens", "x", "revoke"}, "tokens.revoke"},
      {{"abc"}, "link"},
      {{"abc", "claim", "name"}, "claim"},
      {{"abc", "claim"}, nullptr},
      {{"v1"}, nullptr},
      {{"v1", "x", "y"}, nullptr},
      {{"a", "b", "c", "d"}, nullptr},
  };
  for (const auto& c : cases) {
    Request request;
    request.path = c.path;
    SCOPED_TRACE(c.path.back());
    if (c.name != nullptr) {
      EXPECT_EQ(route_of(request).name, c.name);
    } else {
      EXPECT_THROW(route_of(request), Error);
    }
  }
  std::set<std::string_view> names;
  for (const Route& route : routes()) EXPECT_TRUE(names.insert(route.name).second) << route.name;
}

}  // namespace
}  // namespace claimcheck::fcgi
