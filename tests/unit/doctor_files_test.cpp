#include <gtest/gtest.h>

#include <filesystem>

#include "htaccess/install.h"
#include "htaccess/premises.h"
#include "htaccess/worker_files.h"
#include "tests/support/process.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using test::write_file;

TEST(DoctorFiles, WhatSuExecRefusesIsSeenBeforeTheVisitorSeesIt) {
  const struct {
    const char* name;
    unsigned program, folder;
    bool link;
    const char* fix;
  } cases[] = {{"as it should be", 0755, 0755, false, nullptr},
               {"narrower", 0700, 0700, false, nullptr},
               {"the group may write it", 0775, 0755, false, "chmod 755"},
               {"anybody may write it", 0757, 0755, false, "chmod 755"},
               {"the group may write the folder", 0755, 0775, false, "chmod 755"},
               {"no program", 0644, 0755, false, "chmod 755"},
               {"a link", 0755, 0755, true, "readlink -f"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const TemporaryFolder root;
    const fs::path folder = root / "claimcheck", worker = folder / "claimcheck.fcgi";
    fs::create_directory(folder);
    write_file(c.link ? root / "real" : worker, "");
    if (c.link) fs::create_symlink(root / "real", worker);
    fs::permissions(worker, fs::perms{c.program});
    fs::permissions(folder, fs::perms{c.folder});
    const Findings findings = check_worker_files(folder);
    ASSERT_EQ(findings.size(), c.fix == nullptr ? 0U : 1U);
    for (const Finding& each : findings) EXPECT_NE(each.fix.find(c.fix), std::string::npos) << each.fix;
  }
  EXPECT_TRUE(check_worker_files({}).empty());
}

TEST(DoctorFiles, SecretsAreNotForOthersAndNotInTheDocumentRoot) {
  const TemporaryFolder root;
  const fs::path docroot = root / "public_html", file = docroot / "claimcheck.toml";
  fs::create_directory(docroot);
  write_file(file, "");
  fs::permissions(file, fs::perms{0640});
  EXPECT_EQ(check_secret_file(file, docroot).front().check, "permission.place");
  EXPECT_TRUE(check_secret_file(file, {}).empty());
  fs::permissions(file, fs::perms{0644});
  EXPECT_EQ(check_secret_file(file, {}).front().check, "permission.config");
  EXPECT_TRUE(check_secret_file(root / "nosuch", docroot).empty());
}

TEST(DoctorPremises, TheDocumentRootIsGuessedByItsSigns) {
  const TemporaryFolder root;
  const auto roots = [](const fs::path& storage, const std::string& prefix = "/dl") {
    Premises premises{.prefix = prefix};
    find_roots(premises, storage);
    return premises;
  };
  const fs::path storage = root / "site/web/uploads/claimcheck";
  fs::create_directories(storage);
  EXPECT_EQ(roots(storage).docroot, fs::path{});
  EXPECT_EQ(install_arguments(roots(storage)), "DOCROOT");
  fs::rename(root / "site", root / "public_html");
  const fs::path docroot = root / "public_html", moved = docroot / "web/uploads/claimcheck";
  EXPECT_EQ(roots(moved).docroot, docroot);
  write_file(docroot / "web/wp-load.php", "");
  EXPECT_EQ(roots(moved).docroot, docroot / "web");
  install_site(docroot.string(), {.worker_url = "/bin/claimcheck.fcgi"});
  Premises found = roots(moved);
  EXPECT_EQ(found.docroot, docroot);
  EXPECT_EQ(found.rules, docroot);
  EXPECT_EQ(url_path(moved, docroot), "/web/uploads/claimcheck");
  EXPECT_EQ(url_path(root / "elsewhere", docroot), "");
  EXPECT_EQ(worker_folder(found), fs::path{});
  fs::create_directory(docroot / "bin");
  EXPECT_EQ(worker_folder(found), docroot / "bin");
  found.worker = docroot / "bin";
  EXPECT_EQ(install_arguments(found), docroot.string() + " --worker-dir " + found.worker.string());
  found.worker = docroot / "claimcheck";
  EXPECT_EQ(install_arguments(found), docroot.string());
}

TEST(DoctorPremises, ASubFolderMayHaveTheRulesOfItsOwn) {
  const TemporaryFolder root;
  const fs::path blog = root / "web/blog", storage = blog / "uploads/claimcheck";
  fs::create_directories(storage);
  fs::create_directories(blog / "claimcheck");
  install_site(blog.string(), {.prefix = "/blog/dl", .worker_url = "/blog/claimcheck/claimcheck.fcgi", .folder_url = "/blog"});
  Premises guessed{.prefix = "/blog/dl"};
  find_roots(guessed, storage);
  Premises told{.prefix = "/blog/dl", .docroot = root / "web"};
  find_roots(told, storage);
  for (const Premises& each : {guessed, told}) {
    EXPECT_EQ(each.docroot, root / "web");
    EXPECT_EQ(each.rules, blog);
    EXPECT_EQ(worker_folder(each), blog / "claimcheck");
    EXPECT_EQ(install_arguments(each), blog.string() + " --docroot " + (root / "web").string());
  }
}

}  // namespace
}  // namespace claimcheck::htaccess
