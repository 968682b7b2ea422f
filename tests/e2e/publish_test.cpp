#include <gtest/gtest.h>
#include <sys/stat.h>

#include <regex>

#include "tests/e2e/package_owner.h"
#include "tests/support/effort.h"
#include "tests/support/fastcgi_client.h"
#include "tests/support/sha256.h"

namespace claimcheck {
namespace {

using namespace test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

/// A site whose owner publishes packages.
class Publishing : public PackageOwner {
 protected:
  /// What was published; the lock's files have other names.
  std::vector<fs::path> published() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(site.uploads()))
      if (entry.is_regular_file() && entry.path().stem().string().size() == 26) found.push_back(entry.path());
    return found;
  }
};

TEST_F(Publishing, GivesNamesThatNobodyCanGuess) {
  const std::string source = add("My Plugin.ZIP", plugin);
  const Json first = site.ask(
                 {"publish", source, "--contains", "main.php", "--issue", "--uses", "2", "--email", "ada@example.com"}),
             second = site.ask({"publish", source});
  const std::string path = first.at("path");
  EXPECT_TRUE(std::regex_match(path, std::regex{"20[0-9]{2}/[01][0-9]/[a-z0-9]{26}\\.zip"})) << path;
  EXPECT_NE(path, second.at("path"));
  EXPECT_EQ(first.at("storage"), "uploads");
  EXPECT_EQ(read_file(site.uploads() / path), plugin);
  EXPECT_EQ(read_file(source), plugin) << "the original stays";
  struct stat file{}, folder{};
  ASSERT_EQ(::stat((site.uploads() / path).c_str(), &file), 0);
  ASSERT_EQ(::stat((site.uploads() / path).parent_path().c_str(), &folder), 0);
  EXPECT_EQ(file.st_mode & 07777U, folder.st_mode & 0666U);
  EXPECT_EQ(file.st_uid, folder.st_uid);
  EXPECT_EQ(first.at("token").at("filename"), "My Plugin.ZIP");
  EXPECT_EQ(first.at("token").at("max_uses"), 2);
  EXPECT_EQ(first.at("sha256"), sha256(plugin));
  EXPECT_EQ(site.show(first.at("token").at("id")).at("facts"), (Json{{"sha256", sha256(plugin)}})) << "for its page";
  EXPECT_FALSE(second.contains("token"));
  const auto worker = site.start_worker("worker", 2);
  const std::string secret = first.at("token").at("secret");
  EXPECT_EQ(call(site.socket_address("worker"), cgi_variables({.target = "/dl/" + secret})).body, plugin);
  EXPECT_EQ(published().size(), 2U);
}

TEST_F(Publishing, ByWhomeverMakesFilesThatAreTheSitesOwn) {
  const Finished finished = run(
      {fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck", "--config", site.config(), "publish", add("plugin.zip", plugin), "--json"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  struct stat file{}, root{};
  ASSERT_EQ(::stat((site.uploads() / Json::parse(finished.out).at("path").get<std::string>()).c_str(), &file), 0);
  ASSERT_EQ(::stat(site.uploads().c_str(), &root), 0);
  EXPECT_EQ(file.st_uid, root.st_uid);
}

TEST_F(Publishing, TakesFilesOfAnyKindThatAreWhatWasExpected) {
  const std::string pdf = add("report.pdf", "the report"), bad = add("bad.zip", "no archive"), odd = add("odd.t~r", "odd");
  EXPECT_TRUE(site.ask({"publish", pdf, "--size", "10"}).at("path").get<std::string>().ends_with(".pdf"));
  EXPECT_EQ(site.ask({"publish", odd}).at("path").get<std::string>().find('.'), std::string::npos);
  const struct {
    std::vector<std::string> words;
    int status;
    const char* code;
  } cases[] = {{{"publish", pdf, "--size", "20"}, 1, "file_size_mismatch"},
               {{"publish", pdf, "--contains", "main.php"}, 1, "invalid_zip_format"},
               {{"publish", bad}, 1, "invalid_zip_format"},
               {{"publish", bad, "--delete-invalid"}, 1, "invalid_zip_format"},
               {{"publish", bad}, 1, "file_not_found"}};
  for (const auto& c : cases) {
    const auto [status, verdict] = judge(c.words);
    EXPECT_EQ(status, c.status);
    EXPECT_EQ(verdict.at("code"), c.code);
  }
  EXPECT_EQ(site.command({"publish", pdf, "--storage", "attic"}).status, 2);
  EXPECT_EQ(site.command({"publish", pdf, "--policy", "default"}).status, 2) << "without --issue it means nothing";
  EXPECT_EQ(site.command({"publish", pdf, "--issue", "--policy", "gold"}).status, 2);
  EXPECT_EQ(site.command({"publish", pdf, "--issue", "--email", "nobody"}).status, 2);
  EXPECT_EQ(published().size(), 2U);
}

TEST_F(Publishing, NeverLeavesAPartUnderAFinalName) {
  std::string content(64UL * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < content.size(); i += 4096) content[i] = static_cast<char>(i >> 12U);
  const std::string source = add("large.bin", content), digest = sha256(content);
  const auto begun = [&] {
    for (const auto& entry : fs::recursive_directory_iterator(site.uploads()))
      if (entry.path().extension() == ".part") return true;
    return !published().empty();
  };
  const int rounds = rounds_of(12, 100);
  int partial = 0;
  for (int round = 0; round < rounds; ++round) {
    for (const fs::path& file : published()) fs::remove(file);
    Process publisher{as_site_user({fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck", "--config", site.config(), "publish", source}),
                      site.folder() / "publish.log"};
    wait_until("the copy is begun", begun);
    const std::uint64_t enough = content.size() / static_cast<std::uint64_t>(rounds) * static_cast<std::uint64_t>(round);
    wait_until("it is so long", [&] {
      for (const auto& entry : fs::recursive_directory_iterator(site.uploads()))
        if (entry.path().extension() == ".part" && entry.file_size() >= enough) return true;
      return !published().empty();
    });
    publisher.kill();
    for (const fs::path& file : published()) EXPECT_EQ(sha256_of_file(file), digest) << file;
    for (const auto& entry : fs::recursive_directory_iterator(site.uploads())) {
      if (entry.path().extension() != ".part") continue;
      ++partial;
      fs::remove(entry.path());
    }
  }
  EXPECT_GT(partial, 0) << "some were killed in the middle";
  EXPECT_EQ(sha256_of_file(site.uploads() / site.ask({"publish", source}).at("path").get<std::string>()), digest);
}

}  // namespace
}  // namespace claimcheck
