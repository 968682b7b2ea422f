#include "tests/support/web_user.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "tests/support/process.h"

namespace claimcheck::test {
namespace {

constexpr const char* user_name = "www-data";

void give(const std::filesystem::path& path, const passwd& user) {
  if (::lchown(path.c_str(), user.pw_uid, user.pw_gid) != 0)
    throw std::system_error(errno, std::generic_category(), "chown " + path.string());
}

}  // namespace

bool site_has_own_user() {
  return ::geteuid() == 0;
}

std::vector<std::string> as_site_user(std::vector<std::string> argv) {
  if (!site_has_own_user()) return argv;
  // A change of user makes the kernel forget that a child ends with its parent, so say it again.
  const std::string user = user_name;
  const std::vector<std::string> prefix{"setpriv",        "--reuid=" + user,     "--regid=" + user,
                                        "--clear-groups", "--pdeathsig=SIGTERM", "--"};
  argv.insert(argv.begin(), prefix.begin(), prefix.end());
  return argv;
}

void give_to_site_user(const std::filesystem::path& path) {
  if (!site_has_own_user()) return;
  const passwd* user = ::getpwnam(user_name);
  if (user == nullptr) throw std::runtime_error(std::string{"no user "} + user_name);
  give(path, *user);
  if (!std::filesystem::is_directory(path)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) give(entry.path(), *user);
}

std::filesystem::path copy_for_site_user(const std::filesystem::path& file) {
  static const TemporaryFolder folder;
  std::filesystem::path copy = folder / file.filename().string();
  if (std::filesystem::copy_file(file, copy, std::filesystem::copy_options::skip_existing)) give_to_site_user(copy);
  return copy;
}

}  // namespace claimcheck::test
