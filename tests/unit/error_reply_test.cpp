#include "fcgi/error_reply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/html.h"
#include "fcgi/error_table.h"
#include "tests/unit/reply_fixture.h"

namespace claimcheck::fcgi {
namespace {

using test::has;
using test::header;
const Site& site = test::shop;

TEST(ErrorReply, TellsProgramsOnlyWhatTheirDocumentsName) {
  const Error used{Errc::usage_limit_exceeded, {}, {{"uses", std::int64_t{1}}, {"last_used_from", "203.0.113.0"}}};
  const Error replaced{Errc::token_revoked, {}, {{"regenerated", std::int64_t{1}}}};
  EXPECT_FALSE(has(error_reply(used, Surface::native, Format::json, site), "203.0.113.0"));
  EXPECT_FALSE(has(error_reply(replaced, Surface::native, Format::json, site), "regenerated"));
}

TEST(ErrorReply, HasTheSameStatusAndWordsInAllThreeFormatsOfEveryRow) {
  for (const ErrorRow& row : error_table()) {
    for (const Surface surface : {Surface::native, Surface::purchase, Surface::storage, Surface::public_link}) {
      SCOPED_TRACE(testing::Message() << row.name << " on surface " << static_cast<int>(surface));
      const Error error{row.code, {}, {{"expired_at", "2027-01-15T08:00:00Z"}}};
      const Reply html = error_reply(error, surface, Format::html, site),
                  json = error_reply(error, surface, Format::json, site),
                  text = error_reply(error, surface, Format::text, site);
      for (const Reply* reply : {&html, &json, &text}) {
        EXPECT_EQ(reply->status, row.status(surface));
        EXPECT_EQ(header(*reply, "Cache-Control"), "private, no-store");
        EXPECT_EQ(header(*reply, "Retry-After"), row.retry_after > 0 ? std::to_string(row.retry_after) : "");
        EXPECT_EQ(header(*reply, "WWW-Authenticate").empty(), reply->status != 401);
      }
      const auto body = nlohmann::json::parse(json.text);
      EXPECT_EQ(body.at("error").get<std::string>(), row.name);
      EXPECT_EQ(body.at("message").get<std::string>(), row.message);
      EXPECT_EQ(body.at("code").get<int>(), row.status(surface));
      EXPECT_EQ(body.at("details").at("expired_at"), "2027-01-15T08:00:00Z");
      EXPECT_EQ(body.at("details").at("support"), "help@example.com");
      EXPECT_TRUE(has(html, html_escaped(row.title)) && has(html, html_escaped(row.message)) &&
                  has(html, html_escaped(row.advice)));
      EXPECT_TRUE(text.text.starts_with(std::string{row.name} + ": "));
      EXPECT_EQ(std::ranges::count(text.text, '\n'), 1);
      EXPECT_EQ(header(html, "Content-Type"), "text/html; charset=utf-8");
      EXPECT_EQ(header(json, "Content-Type"), "application/json");
      EXPECT_EQ(header(text, "Content-Type"), "text/plain; charset=utf-8");
    }
  }
}

TEST(ErrorReply, NeverShowsWhatIsMeantForTheLog) {
  for (const ErrorRow& row : error_table()) {
    for (const Format format : {Format::html, Format::json, Format::text}) {
      SCOPED_TRACE(row.name);
      const Reply reply = error_reply(Error{row.code, "/home/me/private"}, Surface::native, format, site);
      EXPECT_EQ(has(reply, "/home/me/private"), row.tells_why);
      EXPECT_EQ(row.tells_why, row.code == Errc::bad_request) << "only a caller's own mistake is explained word for word";
    }
  }
}

TEST(ErrorReply, CarriesAllowAndContentRangeOnlyWhereTheyBelong) {
  const auto reply = [](Errc code, Details details) {
    return error_reply(Error{code, {}, std::move(details)}, Surface::native, Format::html, site);
  };
  EXPECT_EQ(header(reply(Errc::method_not_allowed, {{"allow", "GET, HEAD, OPTIONS"}}), "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(header(reply(Errc::range_not_satisfiable, {{"size", std::int64_t{0}}}), "Content-Range"), "bytes */0");
  EXPECT_EQ(header(reply(Errc::range_not_satisfiable, {{"size", std::int64_t{1} << 62}}), "Content-Range"),
            "bytes */4611686018427387904");
  EXPECT_EQ(header(reply(Errc::bad_request, {{"allow", "x"}, {"size", std::int64_t{7}}}), "Allow"), "");
  EXPECT_EQ(header(reply(Errc::bad_request, {{"allow", "x"}, {"size", std::int64_t{7}}}), "Content-Range"), "");
}

TEST(ErrorReply, IsValidJsonWhateverTheRequestContained) {
  const Error error{Errc::bad_request, "\xff\xfe \"quoted\" \n", {{"field", std::string{"a\0\xc3", 3}}}};
  const Reply reply = error_reply(error, Surface::native, Format::json, site);
  const auto body = nlohmann::json::parse(reply.text);
  EXPECT_EQ(body.at("details").at("field").get<std::string>(), (std::string{"a\0\xef\xbf\xbd", 5}));
}

TEST(ErrorReply, NamesTheSupportOnlyIfThereIsOneAndLinksAnAddressOrAPage) {
  const auto page = [](const std::string& support) {
    return error_reply(Error{Errc::token_expired}, Surface::native, Format::html, Site{.support = support});
  };
  EXPECT_FALSE(has(page(""), "<a "));
  EXPECT_TRUE(has(page("help@example.com"), "<a href=\"mailto:help@example.com\">"));
  EXPECT_TRUE(has(page("https://example.com/help"), "<a href=\"https://example.com/help\">"));
  EXPECT_FALSE(has(page("\"><b>"), "<b>"));
}

TEST(HeadOfAReply, BeginsWithItsStatusAndEndsWithAnEmptyLine) {
  const Reply reply = json_reply(201, "{}");
  const std::string head = head_of(reply);
  EXPECT_TRUE(head.starts_with("Status: 201 Created\r\n")) << head;
  EXPECT_TRUE(head.ends_with("Content-Length: 3\r\n\r\n")) << head;
  Reply unchanged;
  unchanged.status = 304;
  EXPECT_EQ(head_of(unchanged), "Status: 304 Not Modified\r\n\r\n") << "it has no length";
}

TEST(HeadOfAReply, NamesEveryStatusThatTheTableCanGive) {
  for (const ErrorRow& row : error_table())
    for (const int status : {row.native, row.purchase, row.storage, row.public_link})
      EXPECT_EQ(std::string_view{reason_phrase(status)} == "Internal Server Error", status == 500) << status;
}

}  // namespace
}  // namespace claimcheck::fcgi
