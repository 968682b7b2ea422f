#pragma once

#include <string>
#include <vector>

#include "htaccess/blocks.h"
#include "htaccess/marked_file.h"

namespace claimcheck::htaccess {

/// One file that was looked at, and what became of it; for the command line's report.
struct FileChange {
  std::string path;
  Change change = Change::unchanged;
};

/// Locks a directory: writes our block into its .htaccess and, where missing, an empty index.html and a silent index.php
/// into it and every folder below. Idempotent. Throws Error{bad_request} if it is no directory, Error{unavailable} if a file
/// cannot be written.
std::vector<FileChange> install_lock(const std::string& directory, const std::string& gate);
/// Takes the block out again, and the index files that still are exactly ours. A .htaccess that held nothing else is removed.
std::vector<FileChange> remove_lock(const std::string& directory);

/// Puts the rewrite block at the top of a folder's .htaccess: the site root's, or that of `site.folder_url`. One that stands
/// below WordPress's, where nothing reaches it, is lifted there.
std::vector<FileChange> install_site(const std::string& folder, const Site& site);
std::vector<FileChange> remove_site(const std::string& folder);

/// Puts the handler block into the .htaccess of the folder that holds the worker.
std::vector<FileChange> install_worker(const std::string& directory, const std::string& gate);
std::vector<FileChange> remove_worker(const std::string& directory);

}  // namespace claimcheck::htaccess
