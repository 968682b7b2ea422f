#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"
#include "core/time.h"

namespace claimcheck::htaccess {

/// A file that nobody can know of and whose content nobody can guess.
struct Canary {
  std::filesystem::path path;
  std::string word;  ///< random, part of the content
};

/// The doctor's files in the site's folders, readable for everybody, whatever the umask. All are removed when this goes, and
/// those that a killed run left behind when the next one looks. remove_all() may be called from any thread.
class Canaries {
 public:
  explicit Canaries(Random random) : random_(std::move(random)) {}
  ~Canaries() { remove_all(); }
  Canaries(const Canaries&) = delete;
  Canaries& operator=(const Canaries&) = delete;

  /// Makes a file. @param content  what it holds, given its word
  /// Throws Error{unavailable} saying why it cannot be made.
  Canary add(const std::filesystem::path& folder, std::string_view extension,
             const std::function<std::string(const std::string& word)>& content);
  /// Makes a file whose word is followed by nothing but zeros, which take no room on the disk.
  Canary add_large(const std::filesystem::path& folder, std::string_view extension, std::uint64_t size);
  /// Makes a folder.
  std::filesystem::path add_folder(const std::filesystem::path& parent);

  void remove_all();

  /// Removes files and folders of earlier runs, older than an hour, from a folder (not from those below).
  static void sweep(const std::filesystem::path& folder, Time now);

 private:
  std::filesystem::path fresh_path(const std::filesystem::path& folder, std::string_view extension);

  Random random_;
  std::mutex mutex_;
  std::vector<std::filesystem::path> made_;
};

}  // namespace claimcheck::htaccess
