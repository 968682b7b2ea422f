#include "tests/support/socket_unit.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "tests/support/shipped.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

void require(bool done, const std::string& what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

/// To be put into place by renaming, because nobody can write to a program that runs.
void put_programs(const fs::path& folder) {
  fs::create_directories(folder);
  for (const char* name : {"claimcheck", "claimcheck.fcgi"})
    fs::copy_file(fs::path{CLAIMCHECK_BIN_DIR} / name, folder / name, fs::copy_options::skip_existing);
  give_to_site_user(folder);
}

}  // namespace

std::vector<std::string> unit_setting(const std::string& unit, const std::string& name) {
  std::istringstream lines{unit};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + "=")) continue;
    std::istringstream value{line.substr(name.size() + 1)};
    std::vector<std::string> words;
    for (std::string word; value >> word;) words.push_back(word);
    return words;
  }
  throw std::runtime_error("no " + name + "= in\n" + unit);
}

std::unique_ptr<Process> start_with_socket(const std::vector<std::string>& argv, int listener, const fs::path& log,
                                           const std::string& count) {
  std::vector<std::string> command{"sh", "-c", R"(n=$1; shift; exec env LISTEN_PID=$$ LISTEN_FDS=$n "$@" 3<&0 0</dev/null)",
                                   "sh", count};
  command.insert(command.end(), argv.begin(), argv.end());
  return std::make_unique<Process>(command, log, std::vector<std::string>{}, listener);
}

SocketUnit::SocketUnit(const Site& site) : site_(site) {
  put_programs(site.folder() / "bin");
  fs::create_directories(site.folder() / "run");
  const std::string unit =
      shipped_file("claimcheck.socket", {{"/run/claimcheck/claimcheck.sock", site.folder() / "run/claimcheck.sock"}});
  path_ = unit_setting(unit, "ListenStream").at(0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path_.size() >= sizeof address.sun_path) throw std::runtime_error("too long for a socket: " + path_);
  path_.copy(address.sun_path, path_.size());
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  require(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind " + path_);
  const auto mode = static_cast<mode_t>(std::stoul(unit_setting(unit, "SocketMode").at(0), nullptr, 8));
  require(::chmod(path_.c_str(), mode) == 0, "chmod " + path_);
  give_to_site_user(path_);
  require(::listen(socket_, std::stoi(unit_setting(unit, "Backlog").at(0))) == 0, "listen " + path_);
}

SocketUnit::~SocketUnit() {
  ::close(socket_);
}

std::unique_ptr<Process> SocketUnit::start(const std::string& instance) const {
  const std::string unit = shipped_file(
      "claimcheck@.service", {{"/usr/local/bin", site_.folder() / "bin"}, {"/etc/claimcheck/claimcheck.toml", site_.config()}});
  const Finished before = run(as_site_user(unit_setting(unit, "ExecStartPre")));
  if (before.status != 0) throw std::runtime_error("ExecStartPre: " + before.out + before.err);
  return start_with_socket(as_site_user(unit_setting(unit, "ExecStart")), socket_,
                           site_.folder() / ("log/" + instance + ".out"));
}

}  // namespace claimcheck::test
