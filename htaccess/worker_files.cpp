#include "htaccess/worker_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "htaccess/premises.h"

namespace claimcheck::htaccess {
namespace {

constexpr mode_t writable_by_others = S_IWGRP | S_IWOTH;

std::string octal(mode_t mode) {
  return fmt::format("{:03o}", mode & 0777U);
}

}  // namespace

Findings check_worker_files(const std::filesystem::path& folder) {
  const std::filesystem::path worker = folder / "claimcheck.fcgi";
  struct stat program{}, place{};
  if (folder.empty() || ::lstat(worker.c_str(), &program) != 0 || ::stat(folder.c_str(), &place) != 0) return {};
  const std::string subject = worker.string();
  if (S_ISLNK(program.st_mode))
    return {found("permission.worker", subject, State::fault, subject + " is a symbolic link, which suEXEC refuses",
                  fmt::format("cp --remove-destination \"$(readlink -f {0})\" {0} && chmod 755 {0}", subject))};
  Findings findings;
  if ((program.st_mode & writable_by_others) != 0)
    findings.push_back(
        found("permission.worker", subject, State::fault,
              fmt::format("{} can be written by others than its owner (mode {})", subject, octal(program.st_mode))));
  if ((place.st_mode & writable_by_others) != 0)
    findings.push_back(
        found("permission.worker", folder.string(), State::fault,
              fmt::format("{} can be written by others than its owner (mode {})", folder.string(), octal(place.st_mode))));
  if ((program.st_mode & S_IXUSR) == 0)
    findings.push_back(found("permission.worker", subject, State::fault,
                             fmt::format("{} is no program for its owner (mode {})", subject, octal(program.st_mode))));
  if (program.st_uid != place.st_uid || program.st_gid != place.st_gid)
    findings.push_back(found("permission.worker", subject, State::fault,
                             fmt::format("{} belongs to {}:{}, its folder to {}:{}", subject, program.st_uid, program.st_gid,
                                         place.st_uid, place.st_gid),
                             fmt::format("chown --reference={} {}", folder.string(), subject)));
  return findings;
}

Findings check_secret_file(const std::filesystem::path& file, const std::filesystem::path& docroot) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  Findings findings;
  if ((status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0)
    findings.push_back(
        found("permission.config", file.string(), State::fault,
              fmt::format("{} can be read or changed by others (mode {})", file.string(), octal(status.st_mode))));
  if (!docroot.empty() && !url_path(file, docroot).empty())
    findings.push_back(found("permission.place", file.string(), State::fault,
                             file.string() + " lies beneath the document root: one missing rule and it can be fetched"));
  return findings;
}

}  // namespace claimcheck::htaccess
