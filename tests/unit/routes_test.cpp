#include "fcgi/routes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/thrown.h"

namespace claimcheck::fcgi {
namespace {

using test::text_detail;
using test::thrown;

Request asking_for(std::vector<std::string> path, Method method = Method::get) {
  Request request;
  request.method = method;
  request.path = std::move(path);
  return request;
}

TEST(Routes, APathThatHasNoneIsRefusedAsAnUnknownLinkWouldBe) {
  Request outside = asking_for({"healthz"});
  outside.outside = true;
  const struct {
    const char* name;
    Request request;
    Errc code;
  } cases[] = {
      {"the bare prefix", asking_for({}), Errc::missing_token},
      {"another site's path", outside, Errc::invalid_token},
      {"the bare API", asking_for({"v1"}), Errc::invalid_token},
      {"an unknown part of the API", asking_for({"v1", "nosuch"}), Errc::invalid_token},
      {"three segments of the API are no claim", asking_for({"v1", "a", "b"}), Errc::invalid_token},
      {"an unknown verb of a token", asking_for({"v1", "tokens", "id", "nosuch"}), Errc::invalid_token},
      {"more than a verb", asking_for({"v1", "tokens", "id", "revoke", "x"}), Errc::invalid_token},
      {"half of a claim's address", asking_for({"secret", "claim"}), Errc::invalid_token},
      {"more than a claim's address", asking_for({"secret", "claim", "name", "x"}), Errc::invalid_token},
      {"something under a page", asking_for({"healthz", "x"}), Errc::invalid_token},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto error = thrown([&] { route_of(c.request); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code(), c.code);
    EXPECT_TRUE(error->details().empty()) << "one answer for all";
  }
}

TEST(Routes, SayWhichMethodsTheyHave) {
  const struct {
    const char* name;
    std::vector<std::string> path;
    std::vector<Method> methods;
    const char* allow;
  } cases[] = {
      {"healthz", {"healthz"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"readyz", {"readyz"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"tokens", {"v1", "tokens"}, {Method::get, Method::head, Method::post}, "GET, HEAD, POST, OPTIONS"},
      {"a token", {"v1", "tokens", "id"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"revoke", {"v1", "tokens", "id", "revoke"}, {Method::post}, "POST, OPTIONS"},
      {"messages", {"v1", "messages"}, {Method::post}, "POST, OPTIONS"},
      {"privacy export", {"v1", "privacy", "export"}, {Method::post}, "POST, OPTIONS"},
      {"privacy erase", {"v1", "privacy", "erase"}, {Method::post}, "POST, OPTIONS"},
      {"doctor", {"v1", "doctor"}, {Method::post}, "POST, OPTIONS"},
      {"a link", {"secret"}, {Method::get, Method::head, Method::post}, "GET, HEAD, POST, OPTIONS"},
      {"a claim", {"secret", "claim", "name"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
  };
  ASSERT_EQ(std::size(cases), routes().size());
  for (const auto& c : cases) {
    for (const Method method : {Method::get, Method::head, Method::post, Method::other}) {
      SCOPED_TRACE(testing::Message() << c.name << " by method " << static_cast<int>(method));
      const Request request = asking_for(c.path, method);
      const auto error = thrown([&] { require_method(route_of(request), request); });
      const bool allowed = std::ranges::find(c.methods, method) != c.methods.end();
      EXPECT_EQ(error.has_value(), !allowed);
      if (error) {
        EXPECT_EQ(error->code(), Errc::method_not_allowed);
        EXPECT_EQ(text_detail(error, "allow"), c.allow);
      }
    }
  }
}

TEST(Routes, TheApiAnswersInJsonWhateverTheClientAccepts) {
  for (const Format accepted : {Format::text, Format::html, Format::json}) {
    Request api = asking_for({"v1", "nosuch"}), link = asking_for({"secret"}), bare = asking_for({});
    api.format = link.format = bare.format = accepted;
    EXPECT_EQ(answer_format(api), Format::json);
    EXPECT_EQ(answer_format(link), accepted);
    EXPECT_EQ(answer_format(bare), accepted);
  }
}

}  // namespace
}  // namespace claimcheck::fcgi
