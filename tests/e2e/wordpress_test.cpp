// A real WordPress with our blocks beside its own, which it writes itself whenever its administrator saves the permalinks.

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/http_client.h"
#include "tests/support/web_user.h"
#include "tests/support/wordpress_site.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr const char* pretty = WordPressSite::pretty;
constexpr const char* plain = WordPressSite::plain;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class BesideWordPress : public testing::Test {
 protected:
  static void SetUpTestSuite() { world = std::make_unique<WordPressSite>(); }
  static void TearDownTestSuite() { world.reset(); }

  void SetUp() override {
    for (const auto* installed : {&world->root, &world->blog}) put_back(*installed);
  }

  /// The .htaccess is as WordPress wrote it.
  static void put_back(const WordPressSite::Installed& installed) {
    const fs::path file = installed.wordpress.htaccess();
    write_file(file, installed.written_alone);
    give_to_site_user(file);
    fs::remove(file.string() + ".claimcheck-bak");
  }

  static Answer get(const std::string& target, const std::string& accept = "*/*") {
    return fetch(world->site.port(), {.target = target, .headers = {{"Accept", accept}}});
  }

  /// @param structure  of the permalinks
  static void expect_works(const WordPressSite::Installed& installed, const std::string& structure) {
    const WordPress& wordpress = installed.wordpress;
    const bool rewritten = structure == pretty;
    const struct {
      const char* name;
      std::string target;
      int status;
      const char* shown;
    } pages[] = {
        {"the home page", wordpress.url("/"), 200, "Hello world!"},
        {"a post", wordpress.url(rewritten ? "/hello-world/" : "/?p=1"), 200, "This is your first post"},
        {"the REST interface", wordpress.url(rewritten ? "/wp-json/" : "/?rest_route=/"), 200, R"("name":"Example")"},
        {"an ordinary upload", installed.upload, 200, WordPressSite::note},
        {"no page", wordpress.url("/no-such-page/"), 404, rewritten ? "Page not found" : "Not Found"},
    };
    for (const auto& page : pages) {
      SCOPED_TRACE(page.name);
      const Answer answer = get(page.target);
      EXPECT_EQ(answer.status, page.status) << page.target;
      EXPECT_TRUE(has(answer.body, page.shown)) << answer.body;
    }
  }

  /// A single-use link works once, its neighbours are no pages of WordPress's, and the file has no other address.
  static void expect_delivers(const Beside& claimcheck) {
    const std::string url = claimcheck.done({"issue", WordPressSite::film_name}).at("url");
    const std::string path = url.substr(url.find(claimcheck.prefix + "/"));
    const Answer first = get(path), second = get(path);
    EXPECT_EQ(first.status, 200) << first.body;
    EXPECT_TRUE(first.body == world->film) << first.received << " bytes";
    EXPECT_EQ(second.status, 410);
    for (const char* unknown : {"", "/", "/unknown", "/v1/tokens/unknown"}) {
      const Answer answer = get(claimcheck.prefix + unknown, "application/json");
      EXPECT_TRUE(has(answer.body, R"("error")")) << claimcheck.prefix << unknown << ": " << answer.body;
    }
    for (const char* name : {"", WordPressSite::film_name, "index.php"})
      EXPECT_EQ(get(claimcheck.locked_url + name).status, 403) << claimcheck.locked_url << name;
  }

  static inline std::unique_ptr<WordPressSite> world;
};

TEST_F(BesideWordPress, OurBlockAndWordPresssStandTogetherWhoeverWritesFirstOrLast) {
  WordPress& wordpress = world->root.wordpress;
  const fs::path file = wordpress.htaccess();
  const std::string docroot = world->site.docroot(), with_rules = world->root.written_alone;
  ASSERT_TRUE(has(with_rules, "RewriteRule . /index.php"));
  wordpress.save_permalinks(plain);
  const std::string without_rules = read_file(file);
  ASSERT_FALSE(has(without_rules, "RewriteRule"));

  const std::string cache = "# BEGIN Cache\nAddDefaultCharset utf-8\n# END Cache\n";
  const auto we = [&] { world->root.claimcheck.done({"site", "install", docroot}); };
  const auto save_pretty = [&] { wordpress.save_permalinks(pretty); };
  const auto save_plain = [&] { wordpress.save_permalinks(plain); };
  const auto cache_above = [&] { write_file(file, cache + read_file(file)); };
  const auto paste_below = [&] {
    write_file(file, read_file(file) + "\n" + world->site.command({"site", "print", "apache"}).out);
    EXPECT_TRUE(has(get("/dl/unknown").body, "Page not found")) << "there WordPress takes every link";
  };
  const struct {
    const char* name;
    std::vector<std::function<void()>> steps;
    const char* structure;
    std::string left;  ///< after our removal
  } cases[] = {
      {"we come after WordPress", {save_pretty, we}, pretty, with_rules},
      {"we come first", {we, save_pretty}, pretty, with_rules},
      {"the permalinks are saved again, unchanged", {save_pretty, we, save_pretty, save_pretty}, pretty, with_rules},
      {"WordPress takes its rules out and puts them in again and again",
       {save_pretty, we, save_plain, save_pretty, save_plain, save_pretty},
       pretty,
       with_rules},
      {"WordPress has no rules in the end", {save_pretty, we, save_plain}, plain, without_rules},
      {"we are installed again and again", {save_pretty, we, we, save_pretty, we}, pretty, with_rules},
      {"a plugin writes above us", {save_pretty, we, cache_above, save_plain, save_pretty}, pretty, cache + with_rules},
      {"somebody pasted our block, and empty lines, below WordPress's",
       {save_pretty, paste_below, we, save_pretty},
       pretty,
       with_rules + "\n\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    fs::remove(file);
    fs::remove(file.string() + ".claimcheck-bak");
    for (const auto& step : c.steps) step();
    const std::string text = read_file(file);
    for (const char* marker :
         {"# BEGIN claimcheck-site\n", "# END claimcheck-site\n", "# BEGIN WordPress\n", "# END WordPress"})
      EXPECT_EQ(count(text, marker), 1) << text;
    EXPECT_LT(text.find("# END claimcheck-site"), text.find("# BEGIN WordPress")) << text;
    expect_works(world->root, c.structure);
    expect_delivers(world->root.claimcheck);

    world->root.claimcheck.done({"site", "remove", docroot});
    EXPECT_EQ(read_file(file), c.left);
    EXPECT_FALSE(fs::exists(world->site.docroot() / "claimcheck/.htaccess"));
  }
}

TEST_F(BesideWordPress, AWordPressInAFolderOfItsOwnLivesWithLinksOfTheRootAndWithLinksOfItsOwn) {
  const std::string docroot = world->site.docroot(), folder = world->blog.wordpress.folder();
  const fs::path root_file = world->root.wordpress.htaccess();
  const struct {
    const char* name;
    bool alone;  ///< nothing is at the root
    const Beside& claimcheck;
    std::vector<std::string> install, remove;
  } cases[] = {
      {"links of the root, WordPress nowhere else", true, world->root.claimcheck, {"install", docroot}, {"remove", docroot}},
      {"links of the root, and a WordPress there", false, world->root.claimcheck, {"install", docroot}, {"remove", docroot}},
      {"links of the folder, WordPress nowhere else",
       true,
       world->blog.claimcheck,
       {"install", folder, "--docroot", docroot},
       {"remove", folder}},
      {"links of the folder, and a WordPress at the root",
       false,
       world->blog.claimcheck,
       {"install", folder, "--docroot", docroot},
       {"remove", folder}},
  };
  const auto site = [](const Beside& claimcheck, std::vector<std::string> words) {
    words.insert(words.begin(), "site");
    claimcheck.done(words);
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    SetUp();
    if (c.alone) fs::remove(root_file);
    site(c.claimcheck, c.install);
    world->blog.wordpress.save_permalinks(plain);
    world->blog.wordpress.save_permalinks(pretty);
    expect_works(world->blog, pretty);
    if (!c.alone) expect_works(world->root, pretty);
    expect_delivers(c.claimcheck);

    site(c.claimcheck, c.remove);
    EXPECT_EQ(read_file(world->blog.wordpress.htaccess()), world->blog.written_alone);
    EXPECT_EQ(fs::exists(root_file) ? read_file(root_file) : "", c.alone ? "" : world->root.written_alone);
  }
}

TEST_F(BesideWordPress, InstallingIntoAFolderThatThePrefixIsNotBeneathWritesNothingAndSaysWhatToDo) {
  const std::string docroot = world->site.docroot(), folder = world->blog.wordpress.folder();
  const struct {
    const char* name;
    std::string docroot;
    const char* said;
  } cases[] = {
      {"the prefix is the root's", docroot, "set prefix = \"/blog/dl\" in [site]"},
      {"the folder lies elsewhere", docroot + "/wp-content", "does not lie beneath the document root"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Finished finished = world->site.command({"site", "install", folder, "--docroot", c.docroot});
    EXPECT_EQ(finished.status, 2);
    EXPECT_TRUE(has(finished.err, c.said)) << finished.err;
    EXPECT_EQ(read_file(world->blog.wordpress.htaccess()), world->blog.written_alone);
    EXPECT_FALSE(fs::exists(folder + "/claimcheck/.htaccess"));
  }
}

TEST_F(BesideWordPress, UnlockingLeavesTheUploadsAsTheyWere) {
  const Beside& claimcheck = world->root.claimcheck;
  const fs::path folder = claimcheck.storage, file = folder / ".htaccess";
  const auto files = [&] {
    std::map<fs::path, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) found[entry.path()] = read_file(entry.path());
    return found;
  };
  claimcheck.done({"site", "install", world->site.docroot()});
  claimcheck.done({"lock", "remove", folder});
  for (const char* before : {"", "Options -Indexes\n", "AddType application/x-film .bin\r\n# no line end"}) {
    SCOPED_TRACE(before);
    fs::remove(file);
    if (*before != '\0') write_file(file, before);
    give_to_site_user(folder);
    const auto unlocked = files();
    EXPECT_EQ(get(claimcheck.locked_url + WordPressSite::film_name).status, 200) << "it is the lock that closes the folder";
    claimcheck.done({"lock", "install", folder});
    world->root.wordpress.save_permalinks(pretty);
    expect_delivers(claimcheck);
    expect_works(world->root, pretty);
    claimcheck.done({"lock", "remove", folder});
    EXPECT_EQ(files(), unlocked);
  }
  claimcheck.done({"lock", "install", folder});
}

}  // namespace
}  // namespace claimcheck
