#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pwd.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>

#include "core/error.h"
#include "tests/contract/places.h"
#include "tests/support/process.h"
#include "tests/support/web_user.h"

// A program that root runs (claimcheck log-feed, as the web server's log program) opens the site's database: SQLite makes the
// files beside it and then gives them to the database's owner. What another process of the owner's meets in between is shown
// here with SQLite itself, whose system calls can be replaced, so nothing is left to chance.
namespace claimcheck {
namespace {

using namespace test;

/// One byte from this process to another, waited for at most ten seconds.
class Signal {
 public:
  Signal() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  }
  ~Signal() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void give() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
  bool wait() const {
    pollfd descriptor{.fd = ends_[0], .events = POLLIN, .revents = 0};
    char byte = 0;
    return ::poll(&descriptor, 1, 10'000) == 1 && ::read(ends_[0], &byte, 1) == 1;
  }

 private:
  std::array<int, 2> ends_{};
};

/// When root goes on, seen from the other process.
enum class Until {
  refused,  ///< it was refused the file, for reading too
  reading,  ///< it was refused the file for writing, and is about to ask for reading only
};

/// What the replaced system calls go by; they are plain functions.
struct Scene {
  Signal made, met, given;
  std::string file;  ///< whose maker waits
  Until until = Until::refused;
  int held = 0, refused = 0;
};
Scene* scene = nullptr;

void replace_system_call(const char* name, sqlite3_syscall_ptr function) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  ASSERT_EQ(vfs->xSetSystemCall(vfs, name, function), SQLITE_OK);
}

/// Root's fchown: the other process comes in between.
int late_fchown(int file, uid_t user, gid_t group) {
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file));
  const bool is_it = path == scene->file && scene->held == 0;
  if (is_it) {
    ++scene->held;
    scene->made.give();
    EXPECT_TRUE(scene->met.wait());
  }
  const int result = ::fchown(file, user, group);
  if (is_it) scene->given.give();
  return result;
}

/// The other process's open, which says when it met the file that is not its own yet.
int telling_open(const char* path, int flags, int mode) {
  const int file = ::open(path, flags, mode);
  const bool for_writing = (flags & O_ACCMODE) == O_RDWR;
  if (file >= 0 || errno != EACCES || path != scene->file || for_writing != (scene->until == Until::reading)) return file;
  if (scene->refused++ == 0) {
    scene->met.give();
    scene->given.wait();
  }
  errno = EACCES;
  return -1;
}

/// How the other process ends: it got through, and was refused a file before or was not; or it did not.
enum Visit { met_them, met_none, gave_up };

/// What the site's user does while root makes the files.
Visit visit(const std::string& url) {
  scene->made.wait();
  replace_system_call("open", reinterpret_cast<sqlite3_syscall_ptr>(&telling_open));
  try {
    const auto database = open_store(url, seconds{10});
    database->execute("UPDATE {t} SET n = n + 1");
    return scene->refused > 0 ? met_them : met_none;
  } catch (const Error& error) {
    fprintf(stderr, "%s\n", error.what());
    return gave_up;
  }
}

pid_t start_visitor(const std::string& url) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const passwd* user = ::getpwnam("www-data");
  if (site_has_own_user() && (user == nullptr || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(gave_up);
  ::_exit(visit(url));
}

TEST(SqliteOfRoot, FilesThatRootHasMadeAndNotYetGivenAwayAreWaitedFor) {
  const bool are_two = site_has_own_user();  // else no process here is root's, and SQLite has nothing to give away
  const struct {
    const char* name;
    const char* file;
    Until until;
  } cases[] = {
      {"the log", "-wal", Until::refused},
      {"the log, given away between two attempts of SQLite's", "-wal", Until::reading},
      {"its index", "-shm", Until::refused},
      {"its index, given away between two attempts of SQLite's", "-shm", Until::reading},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const TemporaryFolder folder;
    const std::string path = folder / "store.db", url = "sqlite:" + path;
    {
      const auto database = open_store(url);
      database->run("CREATE TABLE {t} (n BIGINT)");
      database->execute("INSERT INTO {t} (n) VALUES (0)");
    }
    give_to_site_user(folder.path());
    Scene here;
    here.file = path + c.file;
    here.until = c.until;
    scene = &here;
    const pid_t visitor = start_visitor(url);
    replace_system_call("fchown", reinterpret_cast<sqlite3_syscall_ptr>(&late_fchown));
    const auto database = open_store(url, seconds{20});
    EXPECT_EQ(database->execute("UPDATE {t} SET n = n + 1"), 1);
    replace_system_call("fchown", nullptr);
    EXPECT_EQ(here.held, are_two ? 1 : 0) << "SQLite has changed";
    if (!are_two) here.made.give();
    int status = 0;
    ASSERT_EQ(::waitpid(visitor, &status, 0), visitor);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), are_two ? met_them : met_none);
    EXPECT_EQ(database->query("SELECT n FROM {t}"), (std::vector<sql::Row>{{std::int64_t{2}}}));
    scene = nullptr;
  }
}

}  // namespace
}  // namespace claimcheck
