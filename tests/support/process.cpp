#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace claimcheck::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// A descriptor that is closed when it goes.
class Descriptor {
 public:
  Descriptor(int number, const std::string& what) : number_(number) {
    if (number < 0) fail(what);
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

std::string joined(const std::vector<std::string>& argv) {
  std::string text;
  for (const auto& word : argv) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Our environment with `added` on top.
std::vector<std::string> merged_environment(const std::vector<std::string>& added) {
  std::vector<std::string> merged = added;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool replaced = std::any_of(added.begin(), added.end(), [&](const auto& other) { return other.starts_with(name); });
    if (!replaced) merged.emplace_back(text);
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (auto& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

/// Starts a command with these descriptors as 0, 1 and 2 and no others. Throws if there is no such program.
pid_t spawn(const std::vector<std::string>& argv, const std::vector<std::string>& environment, int in, int out, int err) {
  std::vector<std::string> words = argv, variables = merged_environment(environment);
  std::vector<char*> arguments = pointers(words), settings = pointers(variables);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
  const Descriptor told{ends[0], "pipe"};
  const pid_t parent = ::getpid();
  pid_t child = -1;
  {
    const Descriptor tell{ends[1], "pipe"};
    child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      // Only async-signal-safe calls from here on. The child does not outlive a test that crashes.
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (::getppid() != parent) ::_exit(127);
      sigset_t none;
      ::sigemptyset(&none);
      ::sigprocmask(SIG_SETMASK, &none, nullptr);
      ::signal(SIGPIPE, SIG_DFL);
      ::dup2(in, 0);
      ::dup2(out, 1);
      ::dup2(err, 2);
      ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
      ::execvpe(arguments[0], arguments.data(), settings.data());
      const int reason = errno;
      const auto written = ::write(tell.number(), &reason, sizeof reason);
      ::_exit(written == sizeof reason ? 127 : 126);
    }
  }
  int reason = 0;
  ssize_t count = 0;
  do count = ::read(told.number(), &reason, sizeof reason);
  while (count < 0 && errno == EINTR);
  if (count == 0) return child;
  ::waitpid(child, nullptr, 0);
  throw std::system_error(reason, std::generic_category(), "cannot start " + joined(argv));
}

int status_of(int waited) {
  return WIFSIGNALED(waited) ? 128 + WTERMSIG(waited) : WEXITSTATUS(waited);
}

/// Waits for a child's end and reaps it. @return nothing if it still runs after `limit`.
std::optional<int> reap(pid_t child, milliseconds limit) {
  const Descriptor handle{static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), "pidfd_open"};
  const auto deadline = steady_clock::now() + limit;
  pollfd ended{handle.number(), POLLIN, 0};
  for (;;) {
    const auto left = std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(deadline - steady_clock::now()));
    const int ready = ::poll(&ended, 1, static_cast<int>(left.count()));
    if (ready == 0) return std::nullopt;
    if (ready > 0) break;
    if (errno != EINTR) fail("poll");
  }
  int waited = 0;
  if (::waitpid(child, &waited, 0) != child) fail("waitpid");
  return status_of(waited);
}

/// A nameless file in memory. Children append to it, so that two of them do not overwrite each other.
int memory_file(const char* name, const std::string& content) {
  const int number = ::memfd_create(name, MFD_CLOEXEC);
  if (number < 0) fail("memfd_create");
  for (std::size_t done = 0; done < content.size();) {
    const auto count = ::pwrite(number, content.data() + done, content.size() - done, static_cast<off_t>(done));
    if (count < 0) fail("pwrite");
    done += static_cast<std::size_t>(count);
  }
  return number;
}

std::string content_of(int number) {
  std::string content;
  std::array<char, 65536> piece;
  for (;;) {
    const auto count = ::pread(number, piece.data(), piece.size(), static_cast<off_t>(content.size()));
    if (count < 0) fail("pread");
    if (count == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(count));
  }
}

/// The end of a log, for a message.
std::string tail(const std::filesystem::path& log) {
  constexpr std::size_t most = 4000;
  const std::string content = std::filesystem::exists(log) ? read_file(log) : "";
  return "\n--- " + log.string() + "\n" + content.substr(content.size() - std::min(content.size(), most));
}

}  // namespace

Finished run(const std::vector<std::string>& argv, std::chrono::seconds limit, const std::vector<std::string>& environment,
             const std::string& input) {
  const Descriptor in{memory_file("input", input), "input"};
  const Descriptor out{memory_file("out", ""), "out"};
  const Descriptor err{memory_file("err", ""), "err"};
  for (const auto* stream : {&out, &err}) {
    if (::fcntl(stream->number(), F_SETFL, O_APPEND) != 0) fail("fcntl");
  }
  const pid_t child = spawn(argv, environment, in.number(), out.number(), err.number());
  const auto status = reap(child, limit);
  if (!status) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    throw std::runtime_error("took longer than " + std::to_string(limit.count()) + " s: " + joined(argv) + "\n" +
                             content_of(out.number()) + content_of(err.number()));
  }
  return {.status = *status, .out = content_of(out.number()), .err = content_of(err.number())};
}

Process::Process(const std::vector<std::string>& argv, const std::filesystem::path& log,
                 const std::vector<std::string>& environment, std::optional<int> input)
    : log_(log) {
  const Descriptor nothing{::open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null"};
  const Descriptor out{::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644), log.string()};
  pid_ = spawn(argv, environment, input.value_or(nothing.number()), out.number(), out.number());
}

Process::~Process() {
  stop();
}

bool Process::running() {
  if (status_ >= 0) return false;
  const auto status = reap(pid_, milliseconds{0});
  if (status) status_ = *status;
  return status_ < 0;
}

void Process::signal(int number) {
  if (running() && ::kill(pid_, number) != 0) fail("kill");
}

void Process::suspend() {
  signal(SIGSTOP);
  const std::string status = "/proc/" + std::to_string(pid_) + "/stat";
  // The state is the letter after the name in parentheses (proc(5)); the signal alone is not yet a stop.
  wait_until("the process has stopped", [&] {
    const std::string text = read_file(status);
    return text.at(text.rfind(')') + 2) == 'T';
  });
}

int Process::wait(std::chrono::seconds limit) {
  if (status_ >= 0) return status_;
  const auto status = reap(pid_, limit);
  if (!status) {
    throw std::runtime_error("process " + std::to_string(pid_) + " still runs after " + std::to_string(limit.count()) + " s" +
                             tail(log_));
  }
  return status_ = *status;
}

void Process::stop() {
  signal(SIGTERM);
  if (status_ >= 0) return;
  const auto status = reap(pid_, std::chrono::seconds{10});
  if (status) {
    status_ = *status;
  } else {
    kill();
  }
}

void Process::kill() {
  signal(SIGKILL);
  wait(std::chrono::seconds{60});
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "claimcheck-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) fail("mkdtemp " + pattern);
  path_ = pattern;
  if (::chmod(path_.c_str(), 0755) != 0) fail("chmod " + pattern);
}

TemporaryFolder::~TemporaryFolder() {
  if (std::getenv("CLAIMCHECK_KEEP") != nullptr) {
    std::fprintf(stderr, "kept: %s\n", path_.c_str());
    return;
  }
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) std::fprintf(stderr, "cannot remove %s: %s\n", path_.c_str(), error.message().c_str());
}

int free_port() {
  // Below the ports that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range): one of those could take the
  // port before the server that it is meant for does.
  std::random_device seed;
  std::uniform_int_distribution<int> any{10'000, 30'000};
  for (;;) {
    const int port = any(seed);
    const Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::bind(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return port;
    if (errno != EADDRINUSE) fail("bind");
  }
}

void wait_until(const std::string& what, const std::function<bool()>& condition, milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (!condition()) {
    if (steady_clock::now() >= deadline)
      throw std::runtime_error("not within " + std::to_string(limit.count()) + " ms: " + what);
    ::poll(nullptr, 0, 5);
  }
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) fail("cannot write " + path.string());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) fail("cannot read " + path.string());
  return content;
}

}  // namespace claimcheck::test
