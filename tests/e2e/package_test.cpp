#include "core/package.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/e2e/package_owner.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

const std::string policies = "[policy.checked]\nvalidate = \"zip\"\n";

/// A site that judges packages when links to them are issued, too.
class Packages : public PackageOwner {
 protected:
  Packages() : PackageOwner(policies) {}

  FastCgiAnswer post(const std::string& path, const Json& body, const std::string& with) const {
    HttpRequest request{
        .method = "POST", .target = path, .headers = {{"Authorization", "Bearer " + with}}, .body = body.dump()};
    return call(site.socket_address("worker"), cgi_variables(request), request.body);
  }
};

TEST_F(Packages, AreJudgedOnTheCommandLine) {
  const std::string good = add("good.zip", plugin), text = add("text.zip", "no archive");
  const struct {
    const char* name;
    std::vector<std::string> words;
    int status;
    std::string code;
  } cases[] = {
      {"nothing expected", {good}, 0, ""},
      {"all expected",
       {good, "--size", std::to_string(plugin.size()), "--contains", "main.php", "--sha256", sha256(plugin)},
       0,
       ""},
      {"another size", {good, "--size", "9"}, 1, "file_size_mismatch"},
      {"another name", {good, "--contains", "other.php"}, 1, "invalid_plugin_structure"},
      {"another digest", {good, "--sha256", std::string(64, '0')}, 1, "checksum_mismatch"},
      {"no archive", {text}, 1, "invalid_zip_format"},
      {"no file", {good + "x"}, 1, "file_not_found"},
      {"a folder", {site.folder()}, 1, "file_not_found"},
      {"no size", {good, "--size", "0"}, 2, ""},
      {"no digest", {good, "--sha256", "abc"}, 2, ""},
      {"no words", {}, 2, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::string> words{"validate"};
    words.insert(words.end(), c.words.begin(), c.words.end());
    const auto [status, verdict] = judge(words);
    EXPECT_EQ(status, c.status);
    if (status == 2) continue;
    EXPECT_EQ(verdict.at("valid"), c.code.empty());
    EXPECT_EQ(verdict.value("code", ""), c.code);
    EXPECT_EQ(verdict.at("data").at("file_path"), c.words.front());
    const Finished told = site.command(words);
    EXPECT_NE(told.out.find(c.code.empty() ? "is valid" : "What to do: "), std::string::npos) << told.out;
  }
  EXPECT_TRUE(fs::exists(text)) << "nothing is removed unasked";
}

TEST_F(Packages, AreJudgedWithoutAnyConfiguration) {
  const Finished finished = run({fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck", "validate", add("good.zip", plugin)});
  EXPECT_EQ(finished.status, 0) << finished.err;
}

TEST_F(Packages, ThatAreInvalidAreRemovedWhenAsked) {
  const std::string bad = add("bad.zip", "no archive"), good = add("good.zip", plugin);
  const auto [status, verdict] = judge({"validate", bad, "--delete-invalid"});
  EXPECT_EQ(status, 1);
  EXPECT_EQ(verdict.at("deleted"), true);
  EXPECT_FALSE(fs::exists(bad));
  const auto [again, gone] = judge({"validate", bad, "--delete-invalid"});
  EXPECT_EQ(again, 1);
  EXPECT_EQ(gone.at("code"), "file_not_found");
  EXPECT_EQ(gone.at("deleted"), true);
  EXPECT_EQ(judge({"validate", good, "--delete-invalid"}).second.at("deleted"), false);
  EXPECT_TRUE(fs::exists(good));
}

TEST_F(Packages, ThatAreLargeShowOnATerminalHowFarTheWorkIs) {
  const std::string large = add("large.zip", make_zip({.entries = {{.content = std::string(70'000'000, 'x')}}}));
  const std::string command = fmt::format("{}/claimcheck validate {}", CLAIMCHECK_BIN_DIR, large);
  EXPECT_NE(run({"script", "-qec", command, "/dev/null"}).out.find("50 %"), std::string::npos);
  EXPECT_EQ(run({"sh", "-c", command}).err, "");
}

TEST_F(Packages, AreJudgedOverHttp) {
  const std::string good = site.add_file("good.zip", plugin), text = site.add_file("text.zip", "no archive"),
                    capital = site.add_file("CAPITAL.ZIP", plugin), pdf = site.add_file("report.pdf", plugin);
  fs::create_symlink(site.folder() / "claimcheck.toml", site.uploads() / "link.zip");
  const auto worker = site.start_worker("worker", 2);
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key"),
                    reader = site.ask({"key", "add", "reader", "--scope", "read"}).at("key");
  const struct {
    const char* name;
    Json body;
    std::string code;
  } cases[] = {
      {"nothing expected", {{"file", good}}, ""},
      {"all expected",
       {{"storage", "uploads"}, {"file", good}, {"size", plugin.size()}, {"contains", "main"}, {"sha256", sha256(plugin)}},
       ""},
      {"in capital letters", {{"file", capital}}, ""},
      {"another size", {{"file", good}, {"size", 9}}, "file_size_mismatch"},
      {"another name", {{"file", good}, {"contains", "other.php"}}, "invalid_plugin_structure"},
      {"another digest", {{"file", good}, {"sha256", std::string(64, 'a')}}, "checksum_mismatch"},
      {"no archive", {{"file", text}}, "invalid_zip_format"},
      {"not there", {{"file", "2026/11/none.zip"}}, "file_not_found"},
      {"a link out", {{"file", "link.zip"}}, "file_not_found"},
      {"dots", {{"file", "../claimcheck.zip"}}, "invalid_path"},
      {"dots that lead nowhere", {{"file", "2026/..11/good.zip"}}, "invalid_path"},
      {"absolute", {{"file", "/etc/passwd.zip"}}, "invalid_path"},
      {"another kind of file", {{"file", pdf}}, "invalid_file_type"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const FastCgiAnswer answer = post("/dl/v1/files/validate", c.body, key);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json verdict = Json::parse(answer.body);
    EXPECT_EQ(verdict.at("valid"), c.code.empty());
    EXPECT_EQ(verdict.value("code", ""), c.code);
    EXPECT_EQ(answer.body.find(site.folder()), std::string::npos) << "no path of this machine is told";
  }
  const struct {
    Json body;
    const char* field;
  } refused[] = {{{{"size", 3}}, "file"},
                 {{{"file", good}, {"size", 0}}, "size"},
                 {{{"file", good}, {"size", -5}}, "size"},
                 {{{"file", good}, {"size", "3"}}, "size"},
                 {{{"file", good}, {"sha256", "abc"}}, "sha256"},
                 {{{"file", good}, {"storage", "attic"}}, "storage"},
                 {{{"file", good}, {"delete", true}}, "delete"}};
  for (const auto& c : refused) {
    const FastCgiAnswer answer = post("/dl/v1/files/validate", c.body, key);
    EXPECT_EQ(answer.status, 400) << c.body;
    EXPECT_EQ(Json::parse(answer.body).at("details").at("field"), c.field) << answer.body;
  }
  EXPECT_EQ(post("/dl/v1/files/validate", {{"file", good}}, reader).status, 403);
}

TEST_F(Packages, ThatAreVeryLargeAreNotJudgedWhileARequestWaits) {
  const std::string large = site.add_file("large.zip", "");
  fs::resize_file(site.uploads() / large, most_inspected_in_a_request + 1);
  const auto worker = site.start_worker("worker", 2);
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  const FastCgiAnswer answer = post("/dl/v1/files/validate", {{"file", large}}, key);
  EXPECT_EQ(answer.status, 400) << answer.body;
  EXPECT_EQ(Json::parse(answer.body).at("details").at("field"), "file");
  const Json sized = Json::parse(post("/dl/v1/files/validate", {{"file", large}, {"size", 5}}, key).body);
  EXPECT_EQ(sized.at("code"), "file_size_mismatch") << "which needs no look at the file";
  EXPECT_EQ(post("/dl/v1/tokens", {{"file", large}, {"policy", "checked"}}, key).status, 400);
  EXPECT_EQ(post("/dl/v1/tokens", {{"file", large}}, key).status, 201) << "a policy that asks for nothing";
}

TEST_F(Packages, ThatAreInvalidGetNoLinkFromAPolicyThatSaysSo) {
  const std::string good = site.add_file("good.zip", plugin),
                    evil = site.add_file("evil.zip", make_zip({.entries = {{.name = "../evil.php"}}}));
  const auto worker = site.start_worker("worker", 2);
  const std::string key = site.ask({"key", "add", "shop", "--scope", "issue"}).at("key");
  EXPECT_EQ(post("/dl/v1/tokens", {{"file", good}, {"policy", "checked"}}, key).status, 201);
  EXPECT_EQ(post("/dl/v1/tokens", {{"file", evil}}, key).status, 201) << "a policy that asks for nothing";
  const FastCgiAnswer refused = post("/dl/v1/tokens", {{"file", evil}, {"policy", "checked"}}, key);
  EXPECT_EQ(refused.status, 400);
  const Json error = Json::parse(refused.body), &details = error.at("details");
  EXPECT_EQ(error.at("error"), "bad_request");
  EXPECT_EQ(details.at("field"), "file");
  EXPECT_EQ(details.at("fault"), "unsafe_zip_archive");
  EXPECT_EQ(details.at("reason"), "unsafe_name");
  EXPECT_EQ(details.at("message"), "ZIP archive is not safe to extract. Please contact support.");
  EXPECT_EQ(site.command({"issue", evil, "--policy", "checked"}).status, 2);
  EXPECT_EQ(site.command({"issue", good, "--policy", "checked"}).status, 0);
}

}  // namespace
}  // namespace claimcheck
