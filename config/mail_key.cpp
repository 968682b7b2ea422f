#include "config/mail_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/seal.h"
#include "core/secret.h"

namespace claimcheck::config {
namespace {

std::optional<std::string> first_line(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::string line;
  if (!std::getline(file, line) || line.size() < Seal::shortest_key) return std::nullopt;
  return line;
}

Error cannot_make(const std::filesystem::path& path) {
  return Error{Errc::unavailable,
               fmt::format("{}, which seals mails that wait, cannot be made: {}", path.string(), std::strerror(errno))};
}

/// Under another name first, so that nobody reads half of it and of two that are made at once the first one counts.
void make(const std::filesystem::path& path, const std::filesystem::path& configuration) {
  const std::filesystem::path draft = fmt::format("{}.{}", path.string(), ::getpid());
  const Descriptor file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!file) throw cannot_make(draft);
  constexpr std::size_t length = 64;
  const std::string text = make_name(length, secure_random()) + "\n";
  struct stat owner{};
  bool made =
      ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file.number()) == 0;
  if (made && ::stat(configuration.c_str(), &owner) == 0 && ::geteuid() == 0)
    made = ::fchown(file.number(), owner.st_uid, owner.st_gid) == 0;
  made = made && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const Error fault = cannot_make(path);
  ::unlink(draft.c_str());
  if (!made) throw Error{fault};
}

}  // namespace

std::string mail_key(const Config& config, IfMissing if_missing) {
  if (!config.mail.key.empty()) return config.mail.key;
  const std::filesystem::path path = config.folder / "mail.key";
  struct stat status{};
  if (if_missing == IfMissing::make && ::stat(path.c_str(), &status) != 0 && errno == ENOENT) make(path, config.file);
  if (auto key = first_line(path)) return *key;
  throw Error{
      Errc::unavailable,
      fmt::format(
          "{} cannot be read, or its first line has less than {} characters; `claimcheck migrate` makes it, and it must "
          "be readable by this user",
          path.string(), Seal::shortest_key)};
}

}  // namespace claimcheck::config
