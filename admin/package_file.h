#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/package.h"
#include "core/storage.h"
#include "files/package/package.h"

namespace claimcheck::admin {

/// A file on this machine that is judged as a package.
class PackageFile {
 public:
  /// @param path  as the operator wrote it; symbolic links are followed
  explicit PackageFile(std::string path);

  /// @param tell  see files::inspect_package()
  /// @return also that it is not there, or cannot be read. Throws Error{unavailable}, and what `tell` throws.
  std::optional<PackageFault> judge(const PackageExpectation& expected, const files::TellProgress& tell);

  /// Removes the file that was judged. Whatever has got its name since stays.
  /// @return false if it could not be removed; true if it is gone, whoever did it
  bool remove() const;

  /// Whether the file that was judged is not the one that has its name now.
  bool has_changed() const;

  const std::string& path() const { return path_; }
  /// After judge(): of the file in bytes; 0 if there is none.
  std::uint64_t size() const { return version_.size; }
  /// After judge() has found no fault: its bytes.
  OpenFile& content() const { return *file_; }

 private:
  std::string path_, name_;
  std::unique_ptr<Storage> folder_;
  std::unique_ptr<OpenFile> file_;
  FileVersion version_;
};

}  // namespace claimcheck::admin
