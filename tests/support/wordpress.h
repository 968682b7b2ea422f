#pragma once

#include <filesystem>
#include <string>

#include "tests/support/answer.h"
#include "tests/support/http_client.h"
#include "tests/support/site.h"

namespace claimcheck::test {

/// A browser as far as forms need one: it keeps cookies, for one server on 127.0.0.1. Belongs to one thread.
class Browser {
 public:
  explicit Browser(int port) : port_(port) {}
  Answer get(const std::string& target) { return send({.target = target}); }
  /// Sends a form's fields; a redirect is not followed.
  Answer submit(const std::string& target, const Fields& form);
  Answer send(HttpRequest request);

 private:
  int port_;
  Fields cookies_;
};

/// Debian's WordPress, installed for real in a folder of a site: the document root, or one below it. Everything is done over
/// HTTP, through the pages that its administrator uses. Its functions throw with WordPress's answer if that is another one
/// than they need.
class WordPress {
 public:
  struct Place {
    std::string path;             ///< of the folder's URL: empty, or such as "/blog"
    std::string database_socket;  ///< of the MariaDB server, whose root needs no password
    std::string schema;
    std::string table_prefix = "wp_";
  };

  /// Puts the files there and gives them to the site's user.
  WordPress(const Site& site, Place place);

  /// Fills in the installation form, once a web server runs. WordPress writes its block into htaccess() if that may be.
  void install();
  /// Saves the permalink settings.
  /// @param structure  such as "/%postname%/", for which WordPress needs its rewrite block; empty for ?p=1 without
  void save_permalinks(const std::string& structure);
  /// Puts a file into the media library. @return its URL's path
  std::string upload(const std::string& name, const std::string& content);

  /// The path of a URL within this WordPress.
  std::string url(const std::string& path) const { return place_.path + path; }
  std::filesystem::path folder() const { return folder_; }
  std::filesystem::path htaccess() const { return folder_ / ".htaccess"; }

 private:
  void log_in();

  Place place_;
  std::filesystem::path folder_;
  Browser administrator_;
  std::string permalink_nonce_;
};

}  // namespace claimcheck::test
