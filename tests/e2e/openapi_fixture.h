#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fastcgi_client.h"
#include "tests/support/json_schema.h"
#include "tests/support/mariadb.h"
#include "tests/support/site.h"
#include "tests/support/stripe.h"
#include "tests/support/web_user.h"
#include "tests/support/zip_archive.h"

namespace claimcheck::test {

using Json = nlohmann::json;

inline constexpr const char* ada = "ada@example.com";

/// What reaches every row of the error table.
inline std::string described_settings(const StripeApi& stripe, const std::string& countries) {
  return fmt::format(R"toml(
[policy.sale]
checks = ["payment"]
{}
[policy.job]
checks = ["job"]
[check.job]
query = "SELECT CASE :job_id WHEN 'done' THEN 1 END"
[policy.message]
checks = ["attached"]
[check.attached]
query = "SELECT :message_id = '7' AND (SELECT COUNT(*) FROM test_messages) > 0"
refuse_as = "file_not_attached"
[policy.bound]
bind_ip = "exact"
[policy.abroad]
countries = ["GB"]
[policy.paced]
requests_per_minute = 1
max_uses = 0
[policy.renewable]
renew = true
[policy.slow]
rate = "1 kB/s"
[countries]
database = "{}"
[purchase]
policy = "sale"
browsers = true
[product.macos]
file = "2026/11/report.pdf"
[product.windows]
file = "2026/11/report.pdf"
[product.linux]
file = "2026/11/report.pdf"
[stripe]
webhook_secrets = ["whsec"]
[mail]
transport = "none"
from = "downloads@example.com"
)toml",
                     stripe.payment_check(), countries);
}

/// A request, and which of the description's operations it is.
struct Visit {
  std::string operation;
  HttpRequest request;
  int status;
};

/// A site that has everything that the description tells of.
class Description : public testing::Test {
 protected:
  void SetUp() override {
    MariaDb::shared().statement("CREATE TABLE openapi.test_messages (id INT); INSERT INTO openapi.test_messages VALUES (1)");
    stripe.keep(paid_intent("pi_1", ada));
    const FastCgiAnswer answer = send({.target = "/dl/openapi.json"});
    ASSERT_EQ(answer.status, 200);
    document = Json::parse(answer.body);
    for (const auto& [path, item] : document.at("paths").items())
      for (const auto& [method, operation] : item.items())
        if (method != "parameters") operations[operation.at("operationId")] = operation;
  }

  FastCgiAnswer send(const HttpRequest& request, const std::string& from = "127.0.0.1") {
    Fields variables = cgi_variables(request);
    for (auto& [name, value] : variables)
      if (name == "REMOTE_ADDR") value = from;
    return call(site.socket_address("worker"), variables, request.body);
  }

  HttpRequest with_key(const std::string& method, const std::string& target, const Json& body = nullptr) const {
    return {.method = method,
            .target = target,
            .headers = {{"Authorization", "Bearer " + key}},
            .body = body.is_null() ? "" : body.dump()};
  }

  static HttpRequest plain(const std::string& method, const std::string& target, const Json& body = nullptr,
                           Fields headers = {}) {
    return {.method = method, .target = target, .headers = std::move(headers), .body = body.is_null() ? "" : body.dump()};
  }

  Issued issue(const std::string& policy = "default", const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"issue", file, "--policy", policy};
    words.insert(words.end(), more.begin(), more.end());
    const Json token = site.ask(words);
    const std::string secret = token.at("secret");
    return {.id = token.at("id"), .secret = secret, .url = token.at("url"), .path = "/dl/" + secret};
  }

  std::string purchase_token(const std::string& platform) {
    const FastCgiAnswer answer = send(plain("POST", "/api/downloads/generate-token",
                                            {{"customer_email", ada}, {"payment_intent_id", "pi_1"}, {"platform", platform}}));
    return Json::parse(answer.body).value("download_token", answer.body);
  }

  static std::string claim_path(const FastCgiAnswer& answer) {
    const std::string location = answer.header("Location").value_or("");
    return location.substr(location.find("/dl/"));
  }

  /// The schema of an operation's answer as JSON; nothing if it has none.
  std::optional<Json> schema_of(const Json& operation, int status) const {
    Json response = operation.at("responses").at(std::to_string(status));
    if (response.contains("$ref")) response = document.at(Json::json_pointer{response.at("$ref").get<std::string>().substr(1)});
    const Json::json_pointer schema{"/content/application~1json/schema"};
    return response.contains(schema) ? std::optional{response.at(schema)} : std::nullopt;
  }

  void expect_as_described(const std::string& name, const FastCgiAnswer& answer) {
    const Json& operation = operations.at(name);
    ASSERT_TRUE(operation.at("responses").contains(std::to_string(answer.status))) << answer.status << answer.body;
    if (answer.header("Content-Type") != "application/json" || answer.body.empty()) return;
    const auto schema = schema_of(operation, answer.status);
    ASSERT_TRUE(schema.has_value()) << answer.body;
    EXPECT_EQ(violations(Json::parse(answer.body), *schema, document), std::vector<std::string>{}) << answer.body;
  }

  StripeApi stripe;
  Site site{
      MariaDb::shared().fresh_schema("openapi"),
      described_settings(stripe, copy_for_site_user(CLAIMCHECK_SOURCE_DIR "/tests/data/maxmind/GeoIP2-Country-Test.mmdb"))};
  std::string file = site.add_file("report.pdf", std::string(300'000, 'r'));
  std::string package = site.add_file("package.zip", make_zip({.entries = {{.name = "../x"}}}));
  std::string key = site.ask({"key", "add", "all", "--scope", "issue,read,manage,privacy,metrics,storage:uploads"}).at("key");
  std::unique_ptr<Process> worker = site.start_worker("worker", 4);
  Json document;
  std::map<std::string, Json> operations;
};

}  // namespace claimcheck::test
