#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "config/config.h"

namespace claimcheck::config {
namespace {

constexpr const char* file_name = "claimcheck.toml";

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;  // a folder that may not be entered holds no configuration for us
  return std::filesystem::is_regular_file(path, ignored);
}

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

}  // namespace

std::optional<std::filesystem::path> find(const std::string& given, const std::string& environment,
                                          const std::filesystem::path& executable, const std::filesystem::path& home) {
  if (!given.empty()) return given;
  if (!environment.empty()) return environment;
  for (auto folder = executable.parent_path(); !folder.empty(); folder = folder.parent_path()) {
    if (is_file(folder / file_name)) return folder / file_name;
    if (is_file(folder / "claimcheck" / file_name)) return folder / "claimcheck" / file_name;
    if (folder == folder.parent_path()) break;
  }
  if (!home.empty() && is_file(home / "claimcheck" / file_name)) return home / "claimcheck" / file_name;
  if (is_file(std::filesystem::path{"/etc/claimcheck"} / file_name))
    return std::filesystem::path{"/etc/claimcheck"} / file_name;
  return std::nullopt;
}

std::optional<Config> load_or_explain(const std::string& given) {
  std::error_code ignored;  // without /proc the executable's folder is just not searched
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto path = find(given, from_environment("CLAIMCHECK_CONFIG"), executable, from_environment("HOME"));
  if (!path) {
    fmt::print(
        stderr,
        "error: no claimcheck.toml was found\n"
        "hint: put one beside the program or above it, or name it with --config; `claimcheck check --example` prints one\n");
    return std::nullopt;
  }
  Parsed parsed = load(*path);
  for (const Fault& fault : parsed.faults) {
    const std::string line = fault.line > 0 ? fmt::format(":{}", fault.line) : std::string{};
    fmt::print(stderr, "error: {}{}: {}\n", path->string(), line, fault.message);
  }
  if (parsed.faults.empty()) return std::move(parsed.config);
  fmt::print(stderr, "hint: `claimcheck check --example` prints a file with every setting and its meaning\n");
  return std::nullopt;
}

}  // namespace claimcheck::config
