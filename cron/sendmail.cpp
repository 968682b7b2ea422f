#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "core/descriptor.h"
#include "core/email_address.h"
#include "cron/answer.h"
#include "cron/line_breaks.h"
#include "cron/transport.h"

namespace claimcheck::cron {
namespace {

using Outcome = Dispatch::Outcome;
using std::chrono::steady_clock;

/// What the program reads. A file in memory never blocks us, and raises no SIGPIPE if the program does not read it.
Descriptor memory_file(std::string_view content) {
  Descriptor file{::memfd_create("mail", MFD_CLOEXEC)};
  while (file && !content.empty()) {
    const ssize_t count = ::write(file.number(), content.data(), content.size());
    if (count <= 0) return Descriptor{};
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  if (file && ::lseek(file.number(), 0, SEEK_SET) != 0) return Descriptor{};
  return file;
}

/// Starts it with these descriptors, no others, all signals at their defaults and a process group of its own.
/// @return 0 or the number of the error
int spawn(std::vector<std::string> argv, int input, int output, pid_t& child) {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (std::string& word : argv) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t all, none;
  ::sigfillset(&all);
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  const int error = ::posix_spawn(&child, arguments.front(), &files, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

/// Reads what there is, and keeps its beginning. @return false once there will be no more
bool drain(int output, std::string& said) {
  constexpr std::size_t kept = 1024;
  std::array<char, 4096> piece;
  const ssize_t count = ::read(output, piece.data(), piece.size());
  if (count > 0 && said.size() < kept) said.append(piece.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/// Waits for the child's end while it may say what it likes. Looks for it now and then, since children of its own may keep
/// the output open for longer, and old kernels have no pidfd_open.
/// @return its wait status; nothing if it has not ended in time
std::optional<int> wait_for_end(pid_t child, int output, steady_clock::time_point deadline, std::string& said) {
  constexpr int look_every_ms = 10;
  pollfd watched{.fd = output, .events = POLLIN, .revents = 0};
  while (steady_clock::now() < deadline) {
    ::poll(&watched, 1, look_every_ms);
    if (watched.revents != 0 && !drain(output, said)) watched.fd = -1;
    int waited = 0;
    if (::waitpid(child, &waited, WNOHANG) != child) continue;
    drain(output, said);
    return waited;
  }
  return std::nullopt;
}

Outcome outcome_of(int status) {
  switch (status) {
    case 0:
      return Outcome::accepted;
    case 64:  // EX_USAGE
    case 65:  // EX_DATAERR
    case 67:  // EX_NOUSER
    case 68:  // EX_NOHOST
      return Outcome::refused;
    case 77:   // EX_NOPERM
    case 78:   // EX_CONFIG
    case 126:  // what a shell script's command says that cannot be run
    case 127:  // or that is not there
      return Outcome::unreachable;
    default:
      return Outcome::try_later;
  }
}

class Sendmail final : public Transport {
 public:
  Sendmail(const std::string& program, seconds timeout) : program_(program), timeout_(timeout) {}

  Dispatch send(const std::string& sender, const std::string& recipient, const std::string& message) override {
    if (!is_deliverable(sender)) return {Outcome::unreachable, "the sender is not an address that can be delivered to"};
    if (!is_deliverable(recipient)) return {Outcome::refused, "the recipient is not an address that can be delivered to"};
    const auto deadline = steady_clock::now() + timeout_;
    const Descriptor input = memory_file(with_line_breaks(message, "\n"));
    std::array<int, 2> ends{-1, -1};
    const bool piped = ::pipe2(ends.data(), O_CLOEXEC) == 0;
    const Descriptor ours{ends[0]};
    Descriptor theirs{ends[1]};
    if (!input || !piped) return failed(errno);
    ::fcntl(ours.number(), F_SETFL, O_NONBLOCK);
    pid_t child = -1;
    const std::vector<std::string> argv{program_, "-i", "-f", sender, "--", recipient};
    if (const int error = spawn(argv, input.number(), theirs.number(), child); error != 0) return failed(error);
    theirs = Descriptor{};
    std::string said;
    const std::optional<int> waited = wait_for_end(child, ours.number(), deadline, said);
    if (!waited) {
      ::kill(-child, SIGKILL);
      while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
      }
      return told("took longer than its time", Outcome::unreachable, said);
    }
    if (WIFSIGNALED(*waited)) return told(fmt::format("was ended by signal {}", WTERMSIG(*waited)), Outcome::unreachable, said);
    const int status = WEXITSTATUS(*waited);
    return told(fmt::format("exit status {}", status), outcome_of(status), said);
  }

 private:
  Dispatch failed(int error) const { return told("cannot be run", Outcome::unreachable, std::strerror(error)); }

  Dispatch told(const std::string& what, Outcome outcome, const std::string& said) const {
    return {outcome, printable(fmt::format("{}: {}{}{}", program_, what, said.empty() ? "" : ": ", said))};
  }

  std::string program_;
  seconds timeout_;
};

}  // namespace

std::unique_ptr<Transport> open_sendmail(const std::string& program, seconds timeout) {
  return std::make_unique<Sendmail>(program, timeout);
}

}  // namespace claimcheck::cron
