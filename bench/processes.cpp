#include "bench/processes.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <vector>

namespace claimcheck::bench {
namespace {

namespace fs = std::filesystem;

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// @return 0 if it is gone
pid_t parent_of(const std::string& pid) {
  std::ifstream file{"/proc/" + pid + "/stat"};
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // After the name in parentheses, which may have any character: the state, then the parent (proc(5)).
  const std::size_t name_end = text.rfind(')');
  return name_end == std::string::npos ? 0 : std::stoi(text.substr(name_end + 4));
}

/// @return false if it is gone
bool look_at(pid_t pid, Running& process) {
  clockid_t clock = 0;
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return false;
  std::error_code gone;
  process.program = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", gone).filename();
  process.cpu_seconds = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
  return !gone;
}

}  // namespace

Snapshot running() {
  std::multimap<pid_t, pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (is_number(name)) children.emplace(parent_of(name), std::stoi(name));
  }
  Snapshot found;
  std::vector<pid_t> ahead{::getpid()};
  while (!ahead.empty()) {
    const pid_t pid = ahead.back();
    ahead.pop_back();
    Running process;
    if (!look_at(pid, process)) continue;
    found.emplace(pid, process);
    const auto [first, last] = children.equal_range(pid);
    for (auto child = first; child != last; ++child) ahead.push_back(child->second);
  }
  return found;
}

Snapshot at_rest() {
  constexpr double next_to_nothing = 0.0005;  // seconds, while we look around
  Snapshot before = running();
  for (int tries = 0; tries < 100; ++tries) {
    ::poll(nullptr, 0, 5);
    Snapshot now = running();
    double busy = 0;
    for (const auto& [pid, process] : now) {
      const auto then = before.find(pid);
      if (pid != ::getpid()) busy += process.cpu_seconds - (then == before.end() ? 0 : then->second.cpu_seconds);
    }
    before = std::move(now);
    if (busy < next_to_nothing) break;
  }
  return before;
}

std::map<std::string, double> used(const Snapshot& before, const Snapshot& after) {
  std::map<std::string, double> seconds;
  for (const auto& [pid, process] : after) {
    const auto then = before.find(pid);
    seconds[process.program] += process.cpu_seconds - (then == before.end() ? 0 : then->second.cpu_seconds);
  }
  return seconds;
}

std::uint64_t memory(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/smaps_rollup"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Pss:")) return std::stoull(line.substr(4)) * 1024;
  }
  return 0;
}

std::uint64_t memory(const Snapshot& processes, const std::string& program) {
  std::uint64_t bytes = 0;
  for (const auto& [pid, process] : processes) bytes += process.program == program ? memory(pid) : 0;
  return bytes;
}

}  // namespace claimcheck::bench
