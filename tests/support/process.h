#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace claimcheck::test {

/// What a finished command left behind.
struct Finished {
  int status = -1;  ///< exit status; 128 + n if ended by signal n
  std::string out, err;
};

/// Runs a command to its end. `environment` entries ("NAME=value") are added to ours. Fails the test (throws) if it takes
/// longer than `limit`; the child is then killed by its pid.
Finished run(const std::vector<std::string>& argv, std::chrono::seconds limit = std::chrono::seconds{120},
             const std::vector<std::string>& environment = {}, const std::string& input = {});

/// A server that a test started: it is ended, by its own pid, when this object goes; also by SIGTERM when the thread that
/// started it ends, so that none is left behind by a test that crashed.
class Process {
 public:
  /// @param log    file that receives standard output and standard error; also shown when something fails
  /// @param input  a descriptor to be its standard input; without it that is empty
  Process(const std::vector<std::string>& argv, const std::filesystem::path& log,
          const std::vector<std::string>& environment = {}, std::optional<int> input = std::nullopt);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  /// Sends a signal to this process.
  void signal(int number);
  /// SIGSTOP; returns when it has stopped.
  void suspend();
  /// Waits for its end. Throws after `limit`. @return as Finished::status
  int wait(std::chrono::seconds limit = std::chrono::seconds{20});
  /// SIGTERM, then SIGKILL if it has not ended after ten seconds; waits.
  void stop();
  /// SIGKILL; waits.
  void kill();

 private:
  pid_t pid_ = -1;
  std::filesystem::path log_;
  int status_ = -1;
};

/// A folder under the system's temporary folder, removed with all it holds when this object goes (kept if
/// CLAIMCHECK_KEEP is set, and its path printed). Mode 0755, so that a web server's unprivileged children can enter.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A TCP port on 127.0.0.1 that was free a moment ago.
int free_port();

/// Polls until `condition` holds. Throws naming `what` if it does not within `limit`. The one place where tests wait.
void wait_until(const std::string& what, const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds{20});

void write_file(const std::filesystem::path& path, const std::string& content);
std::string read_file(const std::filesystem::path& path);

}  // namespace claimcheck::test
