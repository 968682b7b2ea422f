#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/token.h"

namespace claimcheck {

/// A file that is open for reading. Belongs to one thread.
class OpenFile {
 public:
  virtual ~OpenFile() = default;
  /// Size and modification time when it was opened.
  virtual FileVersion version() const = 0;
  /// Reads up to out.size() bytes at `offset`; 0 at the end. Throws Error{file_not_found} on a read fault.
  virtual std::size_t read(std::uint64_t offset, std::span<char> out) = 0;
  /// A descriptor whose bytes are the file's, for sendfile; -1 if only read() tells them.
  virtual int descriptor() const = 0;
};

/// A place that keeps files, named in the configuration. Safe to share between threads.
class Storage {
 public:
  virtual ~Storage() = default;
  /// Opens a regular file beneath the root. `path` is relative, "/"-separated.
  /// Throws Error{file_not_found} if there is none that may be served, Error{unavailable} if the root itself is missing.
  virtual std::unique_ptr<OpenFile> open(const std::string& path) const = 0;

  /// What became of a file that was to be removed.
  enum class Removed {
    removed,
    gone,     ///< it was not there
    wanted,   ///< it stays, since somebody needs it
    changed,  ///< it stays, since it is another by now
  };
  /// Removes a file unless it is another version than `version` or `wanted` says that somebody needs it. `wanted` is asked
  /// first, and once more while the file is not to be found under its name, so who looks for it after having said that he
  /// needs it finds it either gone or in safety. If the process dies meanwhile the next call for the file goes on from there,
  /// also if the file is wanted by then.
  /// Throws like open(), and whatever `wanted` throws: then the file stays. A root that is there but empty is unavailable too:
  /// a file system that is not mounted looks like that.
  virtual Removed remove(const std::string& path, const FileVersion& version, const std::function<bool()>& wanted) const = 0;
};

/// By name.
using Storages = std::map<std::string, std::unique_ptr<Storage>>;

}  // namespace claimcheck
