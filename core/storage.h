#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/token.h"

namespace claimcheck {

/// In which form a storage that keeps files encrypted serves them; to others it makes no difference.
enum class ServedAs {
  decrypted,
  stored,
};

/// The form in which a token's file is served.
inline ServedAs served_as(const Rules& rules) {
  return rules.decrypt ? ServedAs::decrypted : ServedAs::stored;
}

/// A file that is open for reading. Belongs to one thread.
class OpenFile {
 public:
  virtual ~OpenFile() = default;
  /// Size (of what read() tells) and modification time when it was opened.
  virtual FileVersion version() const = 0;
  /// What a copy of it is called if nobody says otherwise, such as "report.pdf".
  virtual std::string name() const = 0;
  /// Whether read() at `offset` will not have to wait for bytes that come from afar. If it would, they are fetched from now on:
  /// ask again soon.
  virtual bool is_ready(std::uint64_t offset) = 0;
  /// Reads up to out.size() bytes at `offset`; 0 at the end. Throws Error{file_not_found} on a read fault, Error{file_changed}
  /// or Error{unavailable} if what comes from afar is another file by now, or does not come.
  virtual std::size_t read(std::uint64_t offset, std::span<char> out) = 0;
  /// A descriptor whose bytes are the file's, for sendfile; -1 if only read() tells them.
  virtual int descriptor() const = 0;
};

/// Something that lies in a folder of a storage.
struct FolderEntry {
  enum class Kind { folder, file };

  Kind kind = Kind::file;
  std::string name;
  std::uint64_t size = 0;  ///< of a file as it is stored
  Time modified;
  bool encrypted = false;  ///< it is a file that open() can decrypt, if its key is there

  bool operator==(const FolderEntry&) const = default;
};

/// A part of what lies in a folder.
struct FolderPage {
  std::vector<FolderEntry> entries;  ///< folders first, both by name
  std::optional<std::string> after;  ///< asks for the next page; nothing on the last one

  bool operator==(const FolderPage&) const = default;
};

/// Which part of which folder.
struct FolderQuery {
  std::string folder;      ///< path beneath the root, "/"-separated; empty: the root
  std::string after = {};  ///< goes on after the entry of that name; empty: from the beginning
  std::size_t limit = 200;
};

/// The folders of a storage, for people who look for a file. Safe to share between threads.
class Folders {
 public:
  virtual ~Folders() = default;
  /// Tells folders, and files that open() opens. Left out are names with a dot at the beginning, symbolic links, and what
  /// belongs to another file. Memory is taken for one page, however much there is.
  /// Throws Error{file_not_found} if there is no such folder, Error{unavailable} like Storage::open().
  virtual FolderPage list(const FolderQuery& query) const = 0;
};

/// A place that keeps files, named in the configuration. Safe to share between threads.
class Storage {
 public:
  virtual ~Storage() = default;
  /// Opens a regular file beneath the root. `path` is relative, "/"-separated.
  /// Throws Error{file_not_found} if there is none that may be served, Error{unavailable} if the root itself is missing or
  /// cannot be reached.
  virtual std::unique_ptr<OpenFile> open(const std::string& path, ServedAs as) const = 0;

  /// What somebody is to get from where it lies, without us.
  struct Direct {
    std::string path;        ///< as for open()
    std::string filename;    ///< what his copy is to be called
    std::string media_type;  ///< of the answer
    seconds lifetime;        ///< of the URL
    Time now;
  };
  /// A URL that serves the file to whoever has it, as long as it lives; none if files of this storage only come through us.
  virtual std::optional<std::string> direct_url(const Direct& wanted) const = 0;

  /// nullptr if the files of this storage cannot be listed. Lives as long as the storage.
  virtual const Folders* folders() const = 0;

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
