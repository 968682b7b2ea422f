#include <gtest/gtest.h>

#include "admin/package_file.h"
#include "cron/orphans.h"
#include "tests/support/process.h"
#include "tests/support/zip_archive.h"
#include "tests/unit/cron_fixture.h"
#include "tests/unit/package_fixture.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr const char* main_file = "choice-universal-form-tracker.php";

std::string plugin_zip() {
  return make_zip(
      {.entries = {{.name = "choice-uft/"
                            "readme.txt",
                    .content = "read me"},
                   {.name = std::string{"choice-uft/"} + main_file, .content = std::string(5000, 'x'), .method = 8}}});
}

/// The fourteen test cases of the contract "Download Validation", as it states them; CronTest brings what the clean-up needs.
class DownloadValidation : public CronTest {
 protected:
  std::string add(const std::string& name, const std::string& content) const {
    write_file(folder / name, content);
    return folder / name;
  }

  static std::string code(const std::string& path, const PackageExpectation& expected) {
    const auto fault = admin::PackageFile{path}.judge(expected, {});
    return fault ? fault->code : "true";
  }

  static PackageExpectation of_size(std::uint64_t size) { return {.format = PackageExpectation::Format::any, .size = size}; }

  /// The orphans' job with the contract's three patterns, of which one lies within another, and its age.
  cron::OrphansReport clean_up() {
    const OrphanSettings orphans{.folder = folder.path(),
                                 .patterns = {"choice-uft-*.zip", "choice-uft-update-*.zip", "cuft-update-*.zip"},
                                 .older_than = seconds{86400}};
    return cron::remove_orphans(orphans, {}, {}, tokens, at(start));
  }

  void add_old(const std::string& name, seconds age) const {
    fs::last_write_time(add(name, "x"), fs::file_time_type::clock::from_sys(start - age));
  }

  TemporaryFolder folder;
  const PackageExpectation plugin{.contains = main_file};
};

TEST_F(DownloadValidation, TC001_AFileWithinFivePercentIsValid) {
  const std::string path = add("p.zip", std::string(1000, 'x'));
  for (const std::uint64_t expected : {1000, 953, 1052, 1053}) EXPECT_EQ(code(path, of_size(expected)), "true") << expected;
}

TEST_F(DownloadValidation, TC002_AFileBelow95PercentIsTooSmall) {
  const std::string path = add("p.zip", std::string(949, 'x'));
  const auto fault = admin::PackageFile{path}.judge(of_size(1000), {});
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, "file_size_mismatch");
  EXPECT_EQ(fault->message, "Download verification failed: File size mismatch. Expected 1,000 B, got 949 B. Please try again.");
  const Details data{{"expected_size", 1000}, {"actual_size", 949}, {"min_size", 950}, {"max_size", 1050}, {"file_path", path}};
  EXPECT_EQ(fault->data, data);
}

TEST_F(DownloadValidation, TC003_AFileAbove105PercentIsTooLarge) {
  EXPECT_EQ(code(add("p.zip", std::string(1051, 'x')), of_size(1000)), "file_size_mismatch");
}

TEST_F(DownloadValidation, TC004_AFileThatIsNotThereIsNotFound) {
  const auto fault = admin::PackageFile{folder / "none.zip"}.judge(of_size(1000), {});
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, "file_not_found");
  EXPECT_EQ(fault->message, "Downloaded file not found.");
  EXPECT_EQ(fault->data, (Details{{"file_path", folder / "none.zip"}}));
  EXPECT_EQ(code(folder.path(), of_size(1000)), "file_not_found") << "a folder is no file";
}

TEST_F(DownloadValidation, TC005_AZipWithThePluginsFilesIsValid) {
  EXPECT_EQ(code(add("p.zip", plugin_zip()), plugin), "true");
}

TEST_F(DownloadValidation, TC006_ACorruptedZipIsAnInvalidFormat) {
  const std::string good = plugin_zip();
  std::string damaged = good;
  damaged[good.size() / 2] = static_cast<char>(damaged[good.size() / 2] ^ 0x40);
  for (const std::string& text : {damaged, good.substr(0, good.size() - 9), good + "junk", good.substr(9)})
    EXPECT_EQ(code(add("p.zip", text), plugin), "invalid_zip_format");
}

TEST_F(DownloadValidation, TC007_AZipWithoutFilesIsEmpty) {
  const auto fault = admin::PackageFile{add("p.zip", make_zip({.entries = {}}))}.judge(plugin, {});
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, "empty_zip_archive");
  EXPECT_EQ(fault->message, "ZIP archive is empty. Please try again.");
  EXPECT_EQ(fault->data, (Details{{"file_path", folder / "p.zip"}}));
}

TEST_F(DownloadValidation, TC008_AZipWithoutThePluginsMainFileIsRefused) {
  const auto fault = admin::PackageFile{add("p.zip", make_zip({}))}.judge(plugin, {});
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, "invalid_plugin_structure");
  EXPECT_EQ(fault->message, "ZIP archive does not contain expected plugin files.");
}

TEST_F(DownloadValidation, TC009_ATextFileCalledZipIsNoZip) {
  const auto fault = admin::PackageFile{add("p.zip", "<html>404 Not Found</html>")}.judge(plugin, {});
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, "invalid_zip_format");
  EXPECT_EQ(fault->message, "Downloaded file is not a valid ZIP archive. Please try again or contact support.");
  EXPECT_EQ(datum(*fault, "zip_error_code"), "19");
  EXPECT_EQ(datum(*fault, "zip_error_detail"), "Not a ZIP archive");
}

TEST_F(DownloadValidation, TC010_AnInvalidFileIsRemoved) {
  admin::PackageFile file{add("p.zip", "no zip")};
  ASSERT_TRUE(file.judge(plugin, {}).has_value());
  EXPECT_TRUE(file.remove());
  EXPECT_FALSE(fs::exists(folder / "p.zip"));
}

TEST_F(DownloadValidation, TC011_AFileThatIsGoneAlreadyCountsAsRemoved) {
  EXPECT_TRUE(admin::PackageFile{folder / "none.zip"}.remove());
  for (const bool alone : {true, false}) {
    if (!alone) add("another.zip", "x");
    admin::PackageFile file{add("p.zip", "no zip")};
    ASSERT_TRUE(file.judge(plugin, {}).has_value());
    fs::remove(folder / "p.zip");
    EXPECT_TRUE(file.remove());
  }
}

TEST_F(DownloadValidation, AFileThatWasReplacedAfterTheVerdictStays) {
  admin::PackageFile file{add("p.zip", "no zip")};
  ASSERT_TRUE(file.judge(plugin, {}).has_value());
  add("p.zip", plugin_zip());
  file.remove();
  EXPECT_EQ(code(folder / "p.zip", plugin), "true");
}

TEST_F(DownloadValidation, TC012_OrphansOlderThanADayAreRemovedEachOnce) {
  for (const char* name : {"choice-uft-1.zip", "choice-uft-update-2.zip", "cuft-update-3.zip"}) add_old(name, seconds{86401});
  add_old("other.zip", seconds{86401});
  const cron::OrphansReport report = clean_up();
  EXPECT_EQ(report.files, 3);
  EXPECT_EQ(report.failed, 0);
  EXPECT_TRUE(fs::exists(folder / "other.zip"));
}

TEST_F(DownloadValidation, TC013_OrphansYoungerThanADayStay) {
  add_old("choice-uft-1.zip", seconds{86400});
  add_old("cuft-update-3.zip", seconds{5});
  EXPECT_EQ(clean_up().files, 0);
  EXPECT_TRUE(fs::exists(folder / "choice-uft-1.zip"));
}

TEST_F(DownloadValidation, TC014_BothValidationsRunAndWhateverFailsIsCleanedUp) {
  const std::string good = plugin_zip();
  const struct {
    const char* name;
    std::string content;
    std::uint64_t size;
    const char* code;
  } cases[] = {{"both hold", good, good.size(), "true"},
               {"the size does not", good, good.size() * 2, "file_size_mismatch"},
               {"the format does not", std::string(good.size(), 'x'), good.size(), "invalid_zip_format"},
               {"neither does", "x", good.size(), "file_size_mismatch"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    admin::PackageFile file{add("p.zip", c.content)};
    const auto fault = file.judge({.size = c.size, .contains = main_file}, {});
    EXPECT_EQ(fault ? fault->code : "true", c.code);
    EXPECT_TRUE(!fault || file.remove());
    EXPECT_EQ(fs::exists(folder / "p.zip"), !fault.has_value());
  }
}

}  // namespace
}  // namespace claimcheck
