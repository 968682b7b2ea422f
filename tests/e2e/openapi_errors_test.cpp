#include <map>
#include <set>

#include "tests/e2e/openapi_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

TEST_F(Description, EveryErrorIsReachedWithAStatusThatItsOperationNames) {
  const Issued expired = issue("default", {"--ttl", "1s"}), revoked = issue(), used = issue(), gone = issue(),
               changed = issue(), open = issue("open"), bound = issue("bound"), abroad = issue("abroad"),
               paced = issue("paced"), slow = issue("slow"), broken = issue(), job = issue("job", {"--fact", "job_id=done"}),
               attached = issue("message", {"--fact", "message_id=7"});
  site.ask({"token", "revoke", revoked.id});
  ASSERT_EQ(send(plain("GET", used.path)).status, 200);
  ASSERT_EQ(send(plain("GET", bound.path)).status, 200);
  ASSERT_EQ(send(plain("GET", paced.path)).status, 200);
  wait_until("a second has passed", [&] { return send(plain("HEAD", expired.path)).status == 410; });
  FastCgiExchange running{site.socket_address("worker")};
  running.request(cgi_variables(plain("GET", slow.path)));
  wait_until("a download is under way", [&] {
    const Json claims = site.show(slow.id).at("claims");
    return !claims.empty() && !claims.at(0).at("active").empty();
  });
  MariaDb::shared().statement("UPDATE openapi.wp_claimcheck_tokens SET claims = 'nonsense' WHERE id = '" + broken.id +
                              "'; UPDATE openapi.wp_claimcheck_tokens SET file = '2026/11/none.pdf' WHERE id = '" + gone.id +
                              "'; UPDATE openapi.wp_claimcheck_tokens SET size = 1 WHERE id = '" + changed.id +
                              "'; DELETE FROM openapi.test_messages");
  const std::string reader = site.ask({"key", "add", "reader", "--scope", "read"}).at("key");
  Json unpaid = paid_intent("pi_2", ada);
  unpaid["status"] = "canceled";
  stripe.keep(unpaid);
  const Fields json{{"Accept", "application/json"}};
  HttpRequest large = with_key("POST", "/dl/v1/tokens"), reading = with_key("POST", "/dl/v1/tokens", Json::object());
  large.body = std::string(70'000, ' ');
  reading.headers = {{"Authorization", "Bearer " + reader}};
  const Json job_at_work{{"file", file}, {"policy", "job"}, {"facts", {{"job_id", "at work"}}}};
  const std::map<std::string, Visit> rows{
      {"bad_request", {"listTokens", with_key("GET", "/dl/v1/tokens?limit=x"), 400}},
      {"missing_token", {"fetchMacos", plain("POST", "/api/downloads/macos", {{"customer_email", ada}}), 400}},
      {"invalid_token", {"pressButton", plain("POST", "/dl/" + secret_that_opens_nothing, nullptr, json), 404}},
      {"token_expired", {"pressButton", plain("POST", expired.path, nullptr, json), 410}},
      {"token_revoked", {"pressButton", plain("POST", revoked.path, nullptr, json), 410}},
      {"usage_limit_exceeded", {"pressButton", plain("POST", used.path, nullptr, json), 410}},
      {"download_in_progress", {"openLink", plain("GET", slow.path), 409}},
      {"not_ready", {"issueToken", with_key("POST", "/dl/v1/tokens", job_at_work), 425}},
      {"payment_required",
       {"generateToken",
        plain("POST", "/api/downloads/generate-token",
              {{"customer_email", ada}, {"payment_intent_id", "pi_2"}, {"platform", "MacIntel"}}),
        402}},
      {"address_not_allowed", {"pressButton", plain("POST", bound.path, nullptr, json), 403}},
      {"country_not_allowed", {"pressButton", plain("POST", abroad.path, nullptr, json), 403}},
      {"file_not_attached", {"pressButton", plain("POST", attached.path, nullptr, json), 403}},
      {"file_not_found", {"pressButton", plain("POST", gone.path, nullptr, json), 404}},
      {"file_changed", {"pressButton", plain("POST", changed.path, nullptr, json), 410}},
      {"rate_limited", {"pressButton", plain("POST", paced.path, nullptr, json), 429}},
      {"unauthorized", {"listTokens", plain("GET", "/dl/v1/tokens"), 401}},
      {"forbidden", {"issueToken", reading, 403}},
      {"method_not_allowed", {"openLink", plain("DELETE", open.path, nullptr, json), 405}},
      {"payload_too_large", {"issueToken", large, 413}},
      {"precondition_failed", {"openLink", plain("GET", open.path, nullptr, {{"If-Match", "\"other\""}}), 412}},
      {"range_not_satisfiable", {"openLink", plain("GET", open.path, nullptr, {{"Range", "bytes=9000000-"}}), 416}},
      {"internal", {"pressButton", plain("POST", broken.path, nullptr, json), 500}},
      {"unavailable", {"pressButton", plain("POST", open.path, nullptr, json), 503}},
  };
  const std::set<std::string> of_every_operation{"bad_request", "method_not_allowed", "internal"};
  const Json& names = document.at("components").at("schemas").at("Error").at("properties").at("error").at("enum");
  const Json& error_schema = document.at("components").at("schemas").at("Error");
  for (const Json& each : names) {
    const std::string name = each;
    SCOPED_TRACE(name);
    const auto row = rows.find(name);
    ASSERT_NE(row, rows.end()) << "every row is reached";
    if (name == "unavailable") MariaDb::shared().stop();
    const FastCgiAnswer answer = send(row->second.request, name == "address_not_allowed" ? "198.51.100.1" : "127.0.0.1");
    if (name == "unavailable") MariaDb::shared().start();
    EXPECT_EQ(answer.status, row->second.status) << answer.body;
    const std::string status = std::to_string(answer.status);
    EXPECT_TRUE(operations.at(row->second.operation).at("responses").contains(status) || of_every_operation.contains(name));
    EXPECT_TRUE(document.at("components").at("responses").at(status).at("description").get<std::string>().find(name) !=
                std::string::npos);
    if (answer.header("Content-Type") == "application/json") {
      const Json body = Json::parse(answer.body);
      EXPECT_EQ(violations(body, error_schema, document), std::vector<std::string>{}) << answer.body;
      EXPECT_EQ(body.at("error"), name);
      EXPECT_EQ(body.at("code"), answer.status);
    } else {
      EXPECT_TRUE(answer.body.starts_with(name + ":")) << answer.body;
    }
  }
}

}  // namespace
}  // namespace claimcheck
