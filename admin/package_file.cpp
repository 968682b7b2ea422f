#include "admin/package_file.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "files/directory.h"

namespace claimcheck::admin {

PackageFile::PackageFile(std::string path) : path_(std::move(path)) {
  std::error_code missing;
  const auto real = std::filesystem::canonical(path_, missing);
  if (missing) return;
  folder_ = files::open_directory(real.parent_path());
  name_ = real.filename();
}

std::optional<PackageFault> PackageFile::judge(const PackageExpectation& expected, const files::TellProgress& tell) {
  if (!folder_) return file_not_found(path_);
  try {
    file_ = folder_->open(name_, ServedAs::stored);
  } catch (const Error& error) {
    if (error.code() != Errc::file_not_found) throw;
    std::error_code fault;
    const bool there = std::filesystem::is_regular_file(path_, fault);
    return there ? file_not_readable(path_) : file_not_found(path_);
  }
  version_ = file_->version();
  return files::inspect_package(*file_, path_, expected, tell);
}

bool PackageFile::has_changed() const {
  try {
    return folder_->open(name_, ServedAs::stored)->version() != version_;
  } catch (const Error& error) {
    if (error.code() != Errc::file_not_found) throw;
    return true;
  }
}

bool PackageFile::remove() const {
  if (!file_) return true;
  try {
    folder_->remove(name_, version_, [] { return false; });
    return true;
  } catch (const Error&) {  // the file stays; it is invalid all the same
    std::error_code fault;
    return !std::filesystem::exists(path_, fault) && !fault;
  }
}

}  // namespace claimcheck::admin
