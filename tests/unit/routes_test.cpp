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
      {"extend", {"v1", "tokens", "id", "extend"}, {Method::post}, "POST, OPTIONS"},
      {"regenerate", {"v1", "tokens", "id", "regenerate"}, {Method::post}, "POST, OPTIONS"},
      {"revoke", {"v1", "tokens", "id", "revoke"}, {Method::post}, "POST, OPTIONS"},
      {"restore", {"v1", "tokens", "id", "restore"}, {Method::post}, "POST, OPTIONS"},
      {"one's own key", {"v1", "key"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"keys", {"v1", "keys"}, {Method::get, Method::head, Method::post}, "GET, HEAD, POST, OPTIONS"},
      {"revoke of a key", {"v1", "keys", "id", "revoke"}, {Method::post}, "POST, OPTIONS"},
      {"overview", {"v1", "overview"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"policies", {"v1", "policies"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"storages", {"v1", "storages"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"files", {"v1", "storages", "name", "files"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"validate", {"v1", "files", "validate"}, {Method::post}, "POST, OPTIONS"},
      {"messages", {"v1", "messages"}, {Method::post}, "POST, OPTIONS"},
      {"privacy export", {"v1", "privacy", "export"}, {Method::post}, "POST, OPTIONS"},
      {"privacy erase", {"v1", "privacy", "erase"}, {Method::post}, "POST, OPTIONS"},
      {"statistics", {"v1", "stats"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"cleanup", {"v1", "cleanup"}, {Method::post}, "POST, OPTIONS"},
      {"Stripe's events", {"v1", "webhooks", "stripe"}, {Method::post}, "POST, OPTIONS"},
      {"metrics", {"metrics"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"the description", {"openapi.json"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"doctor", {"v1", "doctor"}, {Method::post}, "POST, OPTIONS"},
      {"the office", {"admin"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"the office's files", {"assets", "name"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
      {"a link", {"secret"}, {Method::get, Method::head, Method::post}, "GET, HEAD, POST, OPTIONS"},
      {"a new link", {"secret", "renew"}, {Method::post}, "POST, OPTIONS"},
      {"a claim", {"secret", "claim", "name"}, {Method::get, Method::head}, "GET, HEAD, OPTIONS"},
  };
  const auto native = std::ranges::count(routes(), Surface::native, &Route::surface);
  ASSERT_EQ(std::ssize(cases), native);
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

TEST(Routes, OfStorages) {
  const struct {
    const char* name;
    std::vector<std::string> path;
    const char* route;
  } cases[] = {
      {"a link", {"public-download"}, "storage.link"},
      {"a storage", {"backups", "download-url"}, "storage.issue"},
      {"a storage called v1", {"v1", "download-url"}, "storage.issue"},
      {"a storage that is called as the links", {"public-download", "download-url"}, "storage.issue"},
      {"a storage alone", {"backups"}, nullptr},
      {"what else of a storage", {"backups", "files"}, nullptr},
      {"beneath a link", {"public-download", "x"}, nullptr},
      {"more", {"backups", "download-url", "x"}, nullptr},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Request request = asking_for(c.path);
    request.surface = Surface::storage;
    if (c.route == nullptr) {
      EXPECT_EQ(thrown([&] { route_of(request); })->code(), Errc::invalid_token);
      continue;
    }
    EXPECT_EQ(route_of(request).name, c.route);
    for (const Format accepted : {Format::text, Format::html, Format::json}) {
      request.format = accepted;
      const bool page = accepted == Format::html && c.path.size() == 1;
      EXPECT_EQ(answer_format(request), page ? Format::html : Format::json);
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
