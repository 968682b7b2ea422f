#include <algorithm>
#include <cctype>
#include <set>

#include "tests/e2e/openapi_fixture.h"

namespace claimcheck {
namespace {

using namespace test;

TEST_F(Description, EveryOperationAnswersAsItSays) {
  const Issued shown = issue(), pressed = issue(), opened = issue("open"), withdrawn = issue(), looked = issue();
  const auto spare_key = [&] { return site.ask({"key", "add", "spare", "--scope", "read"}).at("id").get<std::string>(); };
  const std::string claim = claim_path(send(plain("POST", looked.path)));
  const auto token = [](const Issued& issued, const std::string& verb = "") { return "/dl/v1/tokens/" + issued.id + verb; };
  const std::string event = stripe_event("payment_intent.succeeded", paid_intent("pi_1", ada));
  const auto fetch = [&](const std::string& platform, const char* browser) {
    return plain("POST", "/api/downloads/" + platform, {{"download_token", purchase_token(browser)}, {"customer_email", ada}});
  };
  const auto storage_link = [&] {
    const std::string url =
        Json::parse(send(with_key("POST", "/api/storage/uploads/download-url", {{"file", file}})).body).at("url");
    return url.substr(url.find("/api/"));
  };
  const Issued over = issue("renewable", {"--email", ada});
  EXPECT_EQ(send(plain("GET", over.path)).status, 200);
  const auto office_script = [&] {
    const std::string page = send(plain("GET", "/dl/admin")).body;
    const std::size_t begin = page.find("assets/", page.find("<script"));
    return "/dl/" + page.substr(begin, page.find('"', begin) - begin);
  };
  const std::string public_link = "/api/public/download/" + opened.secret;
  const std::vector<Visit> visits{
      {"openLink", plain("GET", opened.path), 200},
      {"openLink", plain("GET", opened.path, nullptr, {{"Range", "bytes=0-9"}}), 206},
      {"openLink", plain("GET", opened.path, nullptr, {{"Accept", "application/json"}}), 200},
      {"openLink", plain("GET", shown.path, nullptr, {{"Accept", "text/html"}}), 200},
      {"lookAtLink", plain("HEAD", shown.path), 200},
      {"pressButton", plain("POST", pressed.path), 303},
      {"renewLink", plain("POST", opened.path + "/renew"), 303},
      {"renewLink", plain("POST", over.path + "/renew"), 202},
      {"openClaim", plain("GET", claim), 200},
      {"lookAtClaim", plain("HEAD", claim), 200},
      {"listTokens", with_key("GET", "/dl/v1/tokens?limit=2&search=report"), 200},
      {"countNoTokens", with_key("HEAD", "/dl/v1/tokens"), 200},
      {"issueToken",
       with_key("POST", "/dl/v1/tokens",
                {{"file", file},
                 {"storage", "uploads"},
                 {"filename", "mine.pdf"},
                 {"decrypt", false},
                 {"policy", "default"},
                 {"email", ada},
                 {"max_uses", 2},
                 {"ttl", "2h"},
                 {"facts", {{"order_id", "7"}}},
                 {"address", "203.0.113.9"},
                 {"send_mail", true}}),
       201},
      {"showToken", with_key("GET", token(looked)), 200},
      {"lookAtToken", with_key("HEAD", token(looked)), 200},
      {"extendToken", with_key("POST", token(shown, "/extend"), {{"ttl", "1h"}, {"uses", 1}}), 200},
      {"regenerateToken", with_key("POST", token(shown, "/regenerate"), {{"ttl", "1h"}, {"uses", 1}}), 200},
      {"revokeToken", with_key("POST", token(withdrawn, "/revoke"), Json::object()), 200},
      {"restoreToken", with_key("POST", token(withdrawn, "/restore"), Json::object()), 200},
      {"showOwnKey", with_key("GET", "/dl/v1/key"), 200},
      {"lookAtOwnKey", with_key("HEAD", "/dl/v1/key"), 200},
      {"listKeys", with_key("GET", "/dl/v1/keys"), 200},
      {"lookAtKeys", with_key("HEAD", "/dl/v1/keys"), 200},
      {"addKey", with_key("POST", "/dl/v1/keys", {{"name", "shop"}, {"scopes", {"issue", "storage:uploads"}}}), 201},
      {"revokeKey", with_key("POST", "/dl/v1/keys/" + spare_key() + "/revoke", Json::object()), 200},
      {"showOverview", with_key("GET", "/dl/v1/overview"), 200},
      {"lookAtOverview", with_key("HEAD", "/dl/v1/overview"), 200},
      {"listPolicies", with_key("GET", "/dl/v1/policies"), 200},
      {"lookAtPolicies", with_key("HEAD", "/dl/v1/policies"), 200},
      {"listStorages", with_key("GET", "/dl/v1/storages"), 200},
      {"lookAtStorages", with_key("HEAD", "/dl/v1/storages"), 200},
      {"listFiles", with_key("GET", "/dl/v1/storages/uploads/files?folder=2026&limit=5"), 200},
      {"listFiles", with_key("GET", "/dl/v1/storages/uploads/files?folder=2026/11&after=package.zip"), 200},
      {"lookAtFiles", with_key("HEAD", "/dl/v1/storages/uploads/files"), 200},
      {"sendMessage",
       with_key("POST", "/dl/v1/messages",
                {{"recipients", {ada}},
                 {"subject", "s"},
                 {"text", "t"},
                 {"storage", "uploads"},
                 {"files", {file}},
                 {"facts", {{"message_id", "7"}}},
                 {"language", "de"}}),
       202},
      {"exportPerson", with_key("POST", "/dl/v1/privacy/export", {{"email", ada}, {"page", 1}}), 200},
      {"validateFile", with_key("POST", "/dl/v1/files/validate", {{"storage", "uploads"}, {"file", package}}), 200},
      {"validateFile",
       with_key("POST", "/dl/v1/files/validate",
                {{"file", package}, {"size", 7}, {"contains", "x"}, {"sha256", std::string(64, 'a')}}),
       200},
      {"validateFile", with_key("POST", "/dl/v1/files/validate", {{"file", "../x.zip"}}), 200},
      {"erasePerson", with_key("POST", "/dl/v1/privacy/erase", {{"email", "bob@example.com"}}), 200},
      {"showStatistics", with_key("GET", "/dl/v1/stats?days=3"), 200},
      {"lookAtStatistics", with_key("HEAD", "/dl/v1/stats"), 200},
      {"cleanUp", with_key("POST", "/dl/v1/cleanup", {{"dry_run", true}}), 200},
      {"cleanUp", with_key("POST", "/dl/v1/cleanup", Json::object()), 200},
      {"takeStripeEvent",
       {.method = "POST",
        .target = "/dl/v1/webhooks/stripe",
        .headers = {{"Stripe-Signature", stripe_signature("whsec", event)}},
        .body = event},
       200},
      {"reportToOperator", plain("POST", "/dl/v1/doctor", {{"key", key}}), 200},
      {"showMetrics", with_key("GET", "/dl/metrics"), 200},
      {"lookAtMetrics", with_key("HEAD", "/dl/metrics"), 200},
      {"showHealth", plain("GET", "/dl/healthz"), 200},
      {"lookAtHealth", plain("HEAD", "/dl/healthz"), 200},
      {"showReadiness", plain("GET", "/dl/readyz"), 200},
      {"lookAtReadiness", plain("HEAD", "/dl/readyz"), 200},
      {"showOpenApi", plain("GET", "/dl/openapi.json"), 200},
      {"lookAtOpenApi", plain("HEAD", "/dl/openapi.json"), 200},
      {"showOffice", plain("GET", "/dl/admin"), 200},
      {"lookAtOffice", plain("HEAD", "/dl/admin"), 200},
      {"showOfficeAsset", plain("GET", office_script()), 200},
      {"lookAtOfficeAsset", plain("HEAD", office_script()), 200},
      {"generateToken",
       plain("POST", "/api/downloads/generate-token",
             {{"customer_email", ada}, {"payment_intent_id", "pi_1"}, {"platform", "MacIntel"}, {"user_agent", "Mozilla"}}),
       200},
      {"fetchMacos", fetch("macos", "MacIntel"), 200},
      {"fetchWindows", fetch("windows", "Win32"), 200},
      {"fetchLinux", fetch("linux", "Linux x86_64"), 200},
      {"showSales", with_key("GET", "/api/downloads/stats"), 200},
      {"lookAtSales", with_key("HEAD", "/api/downloads/stats"), 200},
      {"makeDownloadUrl", with_key("POST", "/api/storage/uploads/download-url", {{"file", file}, {"decrypt", true}}), 200},
      {"openStorageLink", plain("GET", storage_link()), 200},
      {"lookAtStorageLink", plain("HEAD", storage_link()), 200},
      {"pressStorageButton", plain("POST", storage_link()), 303},
      {"openPublicLink", plain("GET", public_link), 200},
      {"lookAtPublicLink", plain("HEAD", public_link), 200},
      {"pressPublicButton", plain("POST", public_link), 303},
  };
  std::set<std::string> visited, described;
  for (const auto& [name, operation] : operations) described.insert(name);
  for (const Visit& visit : visits) {
    SCOPED_TRACE(visit.operation);
    visited.insert(visit.operation);
    const FastCgiAnswer answer = send(visit.request);
    EXPECT_EQ(answer.status, visit.status) << answer.body.substr(0, 500);
    expect_as_described(visit.operation, answer);
  }
  EXPECT_EQ(visited, described) << "all of them, and nothing else";
}

TEST_F(Description, EveryOperationThatNeedsAKeySaysWhichAndRefusesOthers) {
  const std::string none = site.ask({"key", "add", "none", "--scope", "metrics"}).at("key");
  const std::string other = site.ask({"key", "add", "other", "--scope", "read"}).at("key");
  int keyed = 0;
  for (const auto& [path, item] : document.at("paths").items())
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters" || !operation.contains("x-scope")) continue;
      SCOPED_TRACE(operation.at("operationId").get<std::string>());
      ++keyed;
      std::string target = path, verb = method;
      if (const auto id = target.find("{id}"); id != std::string::npos)
        target.replace(id, 4, "01890000-0000-7000-8000-000000000001");
      std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      HttpRequest request = plain(verb, target, verb == "POST" ? Json::object() : Json{});
      if (operation.at("operationId") == "reportToOperator") request.body = "{}";
      EXPECT_EQ(send(request).status, 401);
      if (operation.at("operationId") == "reportToOperator") continue;  // its key stands in the body
      request.headers = {{"Authorization", "Bearer " + (operation.at("x-scope") == "metrics" ? other : none)}};
      EXPECT_EQ(send(request).status, 403);
    }
  EXPECT_GT(keyed, 15);
}

}  // namespace
}  // namespace claimcheck
