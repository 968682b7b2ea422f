#include "files/directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

namespace fs = std::filesystem;
using test::write_file;

class DirectoryStorage : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root / "2026/11");
    fs::create_directories(folder / "uploads-private");
    write_file(folder / "uploads-private/x", "private");
    write_file(root / "2026/11/report.pdf", "the report");
  }

  std::string read(const std::string& path) {
    const auto file = storage->open(path, ServedAs::decrypted);
    std::string content(file->version().size, '\0');
    EXPECT_EQ(file->read(0, {content.data(), content.size()}), content.size());
    return content;
  }

  std::optional<Errc> refusal(const std::string& path) {
    try {
      storage->open(path, ServedAs::decrypted);
      return std::nullopt;
    } catch (const Error& error) {
      return error.code();
    }
  }

  test::TemporaryFolder folder;
  fs::path root = folder / "uploads";
  std::unique_ptr<Storage> storage = files::open_directory(root);
};

TEST_F(DirectoryStorage, OpensRegularFilesBeneathItsRoot) {
  EXPECT_EQ(read("2026/11/report.pdf"), "the report");
  write_file(root / "sp ace %00 \xc3\xbc.bin", "odd");
  EXPECT_EQ(read("sp ace %00 \xc3\xbc.bin"), "odd");
  write_file(root / "empty", "");
  EXPECT_EQ(read("empty"), "");
}

TEST_F(DirectoryStorage, AFileThatIsThereIsNotMissingWhenTheProcessHasTooManyOpen) {
  write_file(root / "file", "content");
  // Once before, since sanitizers need descriptors to check an object for the first time.
  EXPECT_EQ(refusal("nosuch"), Errc::file_not_found);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(next);
  const rlimit none{static_cast<rlim_t>(next), before.rlim_max}, one{static_cast<rlim_t>(next) + 1, before.rlim_max};
  std::vector<std::optional<Errc>> refusals;
  for (const rlimit& limit : {none, one})
    for (const char* path : {"file", "2026/11/report.pdf"}) {
      ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
      refusals.push_back(refusal(path));
      ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    }
  for (const auto& each : refusals) EXPECT_EQ(each, Errc::unavailable);
  EXPECT_EQ(read("file"), "content");
}

TEST_F(DirectoryStorage, NothingElseCanBeReached) {
  fs::create_symlink("/etc/passwd", root / "link");
  fs::create_symlink("2026/11/report.pdf", root / "link-inside");
  fs::create_symlink("/proc/self/root", root / "proc");
  fs::create_symlink("../uploads-private", root / "folder-link");
  fs::create_symlink("folder-link", root / "chain");
  fs::create_symlink("nowhere", root / "dangling");
  ASSERT_EQ(::mkfifo((root / "fifo").c_str(), 0644), 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (root / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  for (const char* path : {"link",
                           "link-inside",
                           "proc",
                           "proc/etc/passwd",
                           "folder-link",
                           "folder-link/x",
                           "chain/x",
                           "dangling",
                           "fifo",
                           "socket",
                           "2026",
                           "2026/11",
                           "../uploads-private/x",
                           "2026/../../uploads-private/x",
                           "/etc/passwd",
                           "",
                           ".",
                           "..",
                           "2026//11/report.pdf",
                           "2026/11/report.pdf/",
                           "2026/11/report.pdf/x",
                           "nosuch",
                           "2026\\11"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(refusal(path), Errc::file_not_found);
  }
  ::close(socket);
}

TEST_F(DirectoryStorage, ARootThatIsGoneIsUnavailableNotEmpty) {
  fs::rename(root, folder / "unmounted");
  EXPECT_EQ(refusal("2026/11/report.pdf"), Errc::unavailable);
}

TEST_F(DirectoryStorage, AnOpenFileKeepsItsBytesWhenItIsReplacedByRename) {
  const auto file = storage->open("2026/11/report.pdf", ServedAs::decrypted);
  write_file(root / "new", "another text");
  fs::rename(root / "new", root / "2026/11/report.pdf");
  std::string content(10, '\0');
  EXPECT_EQ(file->read(0, {content.data(), content.size()}), 10U);
  EXPECT_EQ(content, "the report");
  EXPECT_NE(storage->open("2026/11/report.pdf", ServedAs::decrypted)->version(), file->version());
}

}  // namespace
}  // namespace claimcheck
