#pragma once

#include <memory>
#include <string>

#include "tests/support/site.h"

namespace claimcheck::test {

/// What systemd does with docs/servers/claimcheck.socket and claimcheck@.service: it opens the socket and keeps it, and gives
/// it to every worker that it starts. The programs lie in the site's folder bin/, where others may take their place.
class SocketUnit {
 public:
  explicit SocketUnit(const Site& site);
  ~SocketUnit();
  SocketUnit(const SocketUnit&) = delete;
  SocketUnit& operator=(const SocketUnit&) = delete;

  /// Where the web server connects.
  const std::string& path() const { return path_; }
  /// Runs ExecStartPre= and starts ExecStart= with the socket; does not wait until anybody listens, just as systemd. The worker
  /// is to end before this object.
  std::unique_ptr<Process> start(const std::string& instance) const;

 private:
  const Site& site_;
  std::string path_;
  int socket_ = -1;
};

/// The command, with `listener` handed to it as systemd would: as descriptor 3, with LISTEN_PID and LISTEN_FDS set.
std::unique_ptr<Process> start_with_socket(const std::vector<std::string>& argv, int listener, const std::filesystem::path& log,
                                           const std::string& count = "1");

/// The words after "NAME=" in a unit file. Throws if there is no such line.
std::vector<std::string> unit_setting(const std::string& unit, const std::string& name);

}  // namespace claimcheck::test
