#include "tests/support/wordpress_site.h"

#include <stdexcept>

#include "tests/support/apache.h"
#include "tests/support/mariadb.h"
#include "tests/support/noise.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* schema = "wordpress";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no " + from + " in " + text);
  return text.replace(at, from.size(), to);
}

WordPressSite::Installed in_root(const Site& site) {
  return {.wordpress{site, {.path = "", .database_socket = MariaDb::shared().socket(), .schema = schema}},
          .claimcheck{.config = site.config(),
                      .storage = site.uploads(),
                      .prefix = "/dl",
                      .locked_url = "/wp-content/uploads/claimcheck/"}};
}

WordPressSite::Installed in_blog(const Site& site) {
  const fs::path folder = site.docroot() / "blog";
  return {
      .wordpress{site,
                 {.path = "/blog", .database_socket = MariaDb::shared().socket(), .schema = schema, .table_prefix = "blog_"}},
      .claimcheck{.config = folder / "claimcheck/claimcheck.toml",
                  .storage = folder / "wp-content/uploads/claimcheck",
                  .prefix = "/blog/dl",
                  .locked_url = "/blog/wp-content/uploads/claimcheck/"}};
}

/// Puts the worker, its configuration and its storage into the blog's folder.
void add_claimcheck(const Site& site, const WordPressSite::Installed& blog) {
  const Beside& own = blog.claimcheck;
  fs::create_directories(own.storage / "2026/11");
  fs::create_directories(own.config.parent_path());
  fs::copy_file(fs::path{CLAIMCHECK_BIN_DIR} / "claimcheck.fcgi", own.config.parent_path() / "claimcheck.fcgi");
  std::string text = with(read_file(site.config()), "prefix = \"/dl\"", "prefix = \"" + own.prefix + "\"");
  text = with(text, "wp_claimcheck_", "blog_claimcheck_");
  write_file(own.config, with(text, site.uploads(), own.storage));
  fs::permissions(own.config, fs::perms{0600});
  give_to_site_user(blog.wordpress.folder());
  own.done({"migrate"});
  own.done({"lock", "install", own.storage});
}

}  // namespace

nlohmann::json Beside::done(std::vector<std::string> words) const {
  words.emplace_back("--json");
  const Finished finished = claimcheck_command(config, words);
  if (finished.status != 0) throw std::runtime_error(words[0] + " " + words[1] + ": " + finished.out + finished.err);
  return nlohmann::json::parse(finished.out, nullptr, false);
}

WordPressSite::WordPressSite()
    : site(MariaDb::shared().fresh_schema(schema)),
      php(site.folder()),
      root(in_root(site)),
      blog(in_blog(site)),
      film(noise(100'000)),
      apache(start_apache(ApacheKind::fcgid, site, {}, php.socket())) {
  root.claimcheck.done({"site", "remove", site.docroot()});
  fs::remove(root.wordpress.htaccess());  // of Site's own making
  add_claimcheck(site, blog);
  for (Installed* installed : {&root, &blog}) {
    write_file(installed->claimcheck.storage / film_name, film);
    installed->wordpress.install();
    installed->wordpress.save_permalinks(pretty);
    installed->written_alone = read_file(installed->wordpress.htaccess());
    installed->upload = installed->wordpress.upload("note.txt", note);
  }
}

}  // namespace claimcheck::test
