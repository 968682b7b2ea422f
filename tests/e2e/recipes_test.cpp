#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/backup.h"
#include "tests/support/front_end.h"
#include "tests/support/mariadb.h"
#include "tests/support/recipe.h"
#include "tests/support/site.h"
#include "tests/support/stripe.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;

const std::filesystem::path pages = std::filesystem::path{CLAIMCHECK_SOURCE_DIR} / "docs/recipes";

/// Does what a recipe says, as the owner of the site, one block after the other: its configuration, its statements, its
/// commands; and looks whether they print what the page says. Only the addresses of the page's imaginary site, home directory
/// and database become those of the test.
class RecipeSite {
 public:
  /// @param more  further places of the page and what they are here
  explicit RecipeSite(const std::string& schema, Edits more = {})
      : store_(MariaDb::shared().fresh_schema(schema)), schema_(schema) {
    places_ = std::move(more);
    places_.insert(places_.end(), {{"https://example.com", "http://127.0.0.1:" + std::to_string(site.port())},
                                   {"/home/me/claimcheck/claimcheck.toml", site.config()},
                                   {"/home/me", site.folder()},
                                   {"mysql://wordpress@localhost/wordpress", store_}});
    std::filesystem::create_directories(site.folder() / "claimcheck");
    give_to_site_user(site.folder() / "claimcheck");
    server_ = start(Front::apache_fcgid, site);
  }

  void follow(const std::string& page) {
    std::string printed;
    for (const RecipeBlock& block : read_recipe(pages / page)) {
      SCOPED_TRACE(page + ":" + std::to_string(block.line));
      const std::string text = here(block.text);
      if (block.language == "toml") {
        configure(text);
      } else if (block.language == "sql") {
        MariaDb::shared().statement("USE " + schema_ + ";\n" + text);
      } else if (block.language == "php") {
        write_file(site.folder() / block.name, text);
      } else if (block.language == "sh") {
        printed = run_lines(text);
      } else if (block.language == "json" || block.language == "text") {
        EXPECT_TRUE(is_as_told(text, printed)) << "it should print\n" << text << "but printed\n" << printed;
      } else {
        ADD_FAILURE() << "nobody knows what to do with a block of " << block.language;
      }
      if (testing::Test::HasFatalFailure()) return;
    }
  }

  Site site;

 private:
  std::string here(std::string text) const {
    for (const auto& [there, own] : places_)
      for (std::size_t at = text.find(there); at != std::string::npos; at = text.find(there, at + own.size()))
        text.replace(at, there.size(), own);
    return text;
  }

  /// The first block is the configuration, later ones are added to it.
  void configure(const std::string& text) {
    std::ofstream{site.config(), configured_ ? std::ios::app : std::ios::trunc} << text;
    configured_ = true;
    for (const pid_t worker : site.worker_pids()) ::kill(worker, SIGTERM);
  }

  /// What the lines print, with the variables, functions and folder that the lines before have left.
  std::string run_lines(const std::string& lines) {
    const std::string state = site.folder() / "claimcheck/state.sh";
    const std::string script = "set -eu; cd " + site.folder().string() + "\n[ ! -e " + state + " ] || . " + state +
                               "\nset -a\n" + lines + "\nset +a; { export -p; declare -f; printf 'cd %q\\n' \"$PWD\"; } > " +
                               state + "\n";
    const std::filesystem::path built = CLAIMCHECK_BIN_DIR;
    copy_for_site_user(built / "claimcheck-cron");
    const std::string programs = copy_for_site_user(built / "claimcheck").parent_path();
    const Finished done = run(as_site_user({"bash", "-c", script}), std::chrono::seconds{120},
                              {"PATH=" + programs + ":/usr/local/bin:/usr/bin:/bin",
                               "CLAIMCHECK_CONFIG=" + site.config().string(), "HOME=" + site.folder().string()});
    EXPECT_EQ(done.status, 0) << done.out << done.err << site.log();
    return done.out;
  }

  std::string store_, schema_;
  Edits places_;
  std::unique_ptr<FrontEnd> server_;
  bool configured_ = false;
};

TEST(Recipes, TheImageShop) {
  RecipeSite{"recipe_images"}.follow("image-shop.md");
}

TEST(Recipes, Backups) {
  RecipeSite recipe{"recipe_backups"};
  const std::filesystem::path folder = recipe.site.folder() / "backups", keys = recipe.site.folder() / "claimcheck";
  std::filesystem::create_directories(folder);
  for (const char* name : {"backup.sql.enc", "backup-gz.sql.gz.enc", "config_backup.json.gz.enc"})
    for (const std::string& each : {std::string{name}, std::string{name} + ".meta.json"})
      write_file(folder / each, dbackup_sample(each));
  const auto profiles = nlohmann::json::parse(dbackup_sample("profiles.json"));
  write_file(keys / "production.key", profiles.at("profiles").at(0).at("masterKeyHex"));
  write_file(keys / "legacy.key", profiles.at("profiles").at(1).at("secretKey"));
  write_file(keys / "system.key", profiles.at("systemEncryptionKeyHex"));
  give_to_site_user(folder);
  give_to_site_user(keys);
  recipe.follow("backups.md");
}

TEST(Recipes, ValidationOfPackages) {
  RecipeSite{"recipe_packages"}.follow("package-validation.md");
}

TEST(Recipes, AttachmentsOfMessages) {
  RecipeSite{"recipe_messages"}.follow("message-attachments.md");
}

TEST(Recipes, SellingSoftware) {
  StripeApi stripe;
  stripe.keep(paid_intent("pi_paid", "user@example.com"));
  stripe.keep(paid_intent("pi_of_somebody_else", "eve@example.com"));
  nlohmann::json open = paid_intent("pi_open", "user@example.com"), refunded = paid_intent("pi_refunded", "user@example.com");
  open["status"] = "requires_payment_method";
  refunded["latest_charge"]["amount_refunded"] = 2000;
  stripe.keep(open);
  stripe.keep(refunded);
  RecipeSite recipe{"recipe_sales", {{"currency = \"usd\"", "currency = \"usd\"\n" + stripe.settings()}}};
  for (const char* name : {"stripe-key", "stripe-webhook-secret"})
    write_file(recipe.site.folder() / "claimcheck" / name, "hush\n");
  std::filesystem::copy_file(CLAIMCHECK_SOURCE_DIR "/tests/data/maxmind/GeoIP2-Country-Test.mmdb",
                             recipe.site.folder() / "claimcheck/GeoLite2-Country.mmdb");
  give_to_site_user(recipe.site.folder() / "claimcheck");
  recipe.follow("software-sales.md");
}

TEST(Recipe, OutputIsComparedLineByLineAndThreeDotsStandForAnything) {
  const struct {
    const char* told;
    const char* output;
    bool same;
  } cases[] = {
      {"one\ntwo\n", "one\ntwo\n", true},
      {"one\n", "one\ntwo\n", false},
      {"one\ntwo\n", "one\n", false},
      {"a … c\n", "a long way to c\n", true},
      {"a … c\n", "a long way to d\n", false},
      {"a.c\n", "abc\n", false},
      {"{\"id\":\"…\"}\n", "{\"id\":\"7\"}\n", true},
      {"", "", true},
  };
  for (const auto& c : cases) EXPECT_EQ(is_as_told(c.told, c.output), c.same) << c.told << c.output;
}

}  // namespace
}  // namespace claimcheck
