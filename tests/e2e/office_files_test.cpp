#include "tests/e2e/office_api_fixture.h"
#include "tests/support/fastcgi_client.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

const std::string uploads = "/dl/v1/storages/uploads/files";

class OfficeFiles : public OfficeSite {
 protected:
  Json names(const std::string& target) const {
    const Json page = told(get(target));
    Json all = Json::array();
    for (const Json& entry : page.at("entries")) all.push_back(entry.at("name"));
    return all;
  }
};

TEST_F(OfficeFiles, StoragesSayWhetherTheyCanBeLookedInto) {
  EXPECT_EQ(told(get("/dl/v1/storages")).at("storages"),
            (Json{{{"name", "backups"}, {"kind", "encrypted"}, {"browsable", true}},
                  {{"name", "cloud"}, {"kind", "s3"}, {"browsable", false}},
                  {{"name", "uploads"}, {"kind", "directory"}, {"browsable", true}}}));
  const Json refusal = told(get("/dl/v1/storages/cloud/files"), 400);
  EXPECT_EQ(refusal.at("error"), "bad_request");
  EXPECT_NE(refusal.at("message").get<std::string>().find("Type the file's path"), std::string::npos);
  EXPECT_EQ(refused(get("/dl/v1/storages/nosuch/files"), 404), "file_not_found");
}

TEST_F(OfficeFiles, AFolderIsToldPageByPageAndWhatItTellsCanBeIssued) {
  site.add_file("\xc3\xa4 & b.pdf", "odd");
  fs::create_directories(site.uploads() / "2026/11/inner");
  fs::create_symlink("/etc/passwd", site.uploads() / "2026/11/link");
  write_file(site.uploads() / "2026/11/.hidden", "hidden");
  EXPECT_EQ(names(uploads), (Json{"2026"})) << "the lock's own files are not told";
  const Json page = told(get(uploads + "?folder=2026/11&limit=2"));
  EXPECT_EQ(page.at("folder"), "2026/11");
  EXPECT_EQ(page.at("after"), "report.pdf");
  ASSERT_EQ(page.at("entries").size(), 2);
  const Json& inner = page.at("entries").at(0);
  EXPECT_EQ(inner.at("kind"), "folder");
  EXPECT_EQ(inner.at("size"), nullptr);
  Json report = page.at("entries").at(1);
  EXPECT_FALSE(report.at("modified_at").is_null());
  report.erase("modified_at");
  EXPECT_EQ(report, (Json{{"name", "report.pdf"}, {"kind", "file"}, {"size", 10}, {"encrypted", false}}));
  const Json rest = told(get(uploads + "?folder=2026%2F11&after=report.pdf"));
  EXPECT_EQ(rest.at("after"), nullptr);
  ASSERT_EQ(rest.at("entries").size(), 1);
  const std::string path = "2026/11/" + rest.at("entries").at(0).at("name").get<std::string>();
  EXPECT_EQ(told(post("/dl/v1/tokens", {{"storage", "uploads"}, {"file", path}}), 201).at("filename"), "\xc3\xa4 & b.pdf");
}

TEST_F(OfficeFiles, OfBackupsTheMetadataAreNotTold) {
  const Json page = told(get("/dl/v1/storages/backups/files"));
  ASSERT_EQ(page.at("entries").size(), 1) << page;
  EXPECT_EQ(page.at("entries").at(0).at("name"), "db.sql.enc");
  EXPECT_EQ(page.at("entries").at(0).at("encrypted"), true);
  EXPECT_EQ(told(post("/dl/v1/tokens", {{"storage", "backups"}, {"file", "db.sql.enc"}}), 201).at("filename"), "db.sql");
}

TEST_F(OfficeFiles, NoFolderOutsideIsReachedWhateverTheRequestSays) {
  fs::create_directory_symlink("/etc", site.uploads() / "outside");
  fs::create_directory_symlink("../../../../data", site.uploads() / "2026/data");
  for (const char* folder : {"..",
                             "../",
                             "../..",
                             "../../..",
                             "%2e%2e",
                             "%2e%2e%2f",
                             "..%2f..",
                             "%2e",
                             ".",
                             "/",
                             "/etc",
                             "%2fetc",
                             "2026/..",
                             "2026/../..",
                             "2026%2f..%2f..",
                             "2026/",
                             "2026//11",
                             "..%5c..",
                             "%5c",
                             "%252e%252e",
                             "%00",
                             "2026%00",
                             "2026%00/..",
                             "2026/11%00.pdf",
                             "%c0%ae%c0%ae",
                             "%ff",
                             "outside",
                             "outside/ssl",
                             "2026/data",
                             "nosuch",
                             "2026/11/report.pdf",
                             "2026/11/report.pdf/..",
                             "~",
                             "$HOME",
                             "%0a",
                             "+",
                             "%20"}) {
    SCOPED_TRACE(folder);
    EXPECT_EQ(refused(get(uploads + "?folder=" + folder), 404), "file_not_found");
  }
  EXPECT_EQ(refused(get(uploads + "?folder=" + std::string(5000, 'x')), 404), "file_not_found");
  for (const char* query :
       {"after=..", "after=a/b", "after=%00", "after=%ff", "limit=0", "limit=201", "limit=x", "sort=size"}) {
    SCOPED_TRACE(query);
    EXPECT_EQ(refused(get(uploads + "?" + query), 400), "bad_request");
  }
  for (const char* storage : {"..", "%2e%2e", "uploads%2f..", "uploads%00", "%00", "uploads/..", "UPLOADS", "nosuch"}) {
    SCOPED_TRACE(storage);
    const Answer answer = get("/dl/v1/storages/" + std::string{storage} + "/files");
    EXPECT_TRUE(answer.status == 400 || answer.status == 404) << answer.status << answer.body;
  }
}

TEST_F(OfficeFiles, AFolderOfAHundredThousandNamesCostsTheWorkerNoMoreThanAPage) {
  const fs::path many = site.uploads() / "many";
  fs::create_directories(many);
  const std::string tail(90, 'n'), other = site.add_file("other.pdf", "another");  // a file has at most 65,000 names
  for (int i = 0; i < 100'000; ++i)
    fs::create_hard_link(site.uploads() / (i % 2 == 0 ? file : other), many / fmt::format("{:06}-{}", i, tail));
  const auto worker = site.start_worker("own", 1);
  const auto most_memory = [&] {
    const std::string status = read_file("/proc/" + std::to_string(worker->pid()) + "/status");
    return std::stol(status.substr(status.find("VmHWM:") + 6));
  };
  const auto ask = [&](const std::string& query) {
    return call(site.socket_address("own"),
                cgi_variables({.target = uploads + query, .headers = {{"Authorization", "Bearer " + key}}}));
  };
  ASSERT_EQ(ask("?folder=2026/11").status, 200);
  const long before = most_memory();
  const Json page = told(ask("?folder=many&after=" + fmt::format("{:06}-{}", 99'000, tail)));
  EXPECT_EQ(page.at("entries").size(), 200);
  EXPECT_EQ(page.at("entries").at(0).at("name").get<std::string>().substr(0, 6), "099001");
  EXPECT_LT(most_memory() - before, 2048) << "kB; the names alone are 9,500";
}

}  // namespace
}  // namespace claimcheck
