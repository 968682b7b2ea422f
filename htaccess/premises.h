#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace claimcheck::htaccess {

/// A storage that lies on this machine, as the doctor sees it.
struct LockedFolder {
  std::string storage;         ///< its name in the configuration
  std::filesystem::path path;  ///< its root
  std::string url;             ///< its URL path on the site, no trailing slash; empty if unknown
  bool outside = false;        ///< it lies outside the document root: no web server serves it
  std::string delivery;        ///< the configured way of sending its files
};

/// What the doctor is told about a site, or found out by looking at folders.
struct Premises {
  std::string url;                ///< "https://example.com"
  std::string prefix;             ///< "/dl"
  std::filesystem::path docroot;  ///< empty if unknown
  std::filesystem::path worker;   ///< the folder of claimcheck.fcgi; empty if unknown
  std::string gate;               ///< empty if there is none yet
  std::string listen;             ///< the worker's own socket; empty if the web server starts it
  std::vector<LockedFolder> folders;

  /// An address beneath the prefix: address("healthz").
  std::string address(const std::string& path) const { return url + prefix + "/" + path; }
};

/// The URL path of a folder beneath the document root; empty if it is not beneath it.
std::string url_path(const std::filesystem::path& folder, const std::filesystem::path& docroot);

/// The document root that a folder lies in, by the signs that sites have: our own rewrite block, WordPress's files, or the
/// names that hosts give it. Empty if there is none.
std::filesystem::path guess_docroot(const std::filesystem::path& folder);

/// The folder of the worker: where our rewrite block in the document root points to, else DOCROOT/claimcheck. Empty if there is
/// no such folder.
std::filesystem::path worker_folder(const std::filesystem::path& docroot);

}  // namespace claimcheck::htaccess
