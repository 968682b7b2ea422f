#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "htaccess/fetch.h"
#include "htaccess/install.h"
#include "htaccess/premises.h"
#include "tests/support/process.h"

namespace claimcheck::test {

inline const std::string gate(64, 'g');
inline const std::string site_url = "http://site.test";

inline htaccess::WebAnswer answer(int status, std::string body = {}, htaccess::Fields headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

/// docroot/uploads/locked, and a fetch that serves files of docroot as a web server would, unless `refuse` says otherwise.
struct FakeSite {
  FakeSite() {
    std::filesystem::create_directories(locked());
    htaccess::install_lock(locked().string(), gate);
  }

  std::filesystem::path docroot() const { return folder / "docroot"; }
  std::filesystem::path locked() const { return docroot() / "uploads/locked"; }
  htaccess::LockedFolder place() const {
    return {.storage = "uploads", .path = locked(), .url = "/uploads/locked", .delivery = "stream"};
  }
  htaccess::Premises premises() const {
    return {.url = site_url, .prefix = "/dl", .docroot = docroot(), .gate = gate, .folders = {place()}};
  }
  htaccess::Fetch serve(std::function<htaccess::WebAnswer(const std::filesystem::path&)> refuse) const {
    return [this, refuse = std::move(refuse)](const htaccess::WebRequest& request) {
      const std::filesystem::path path = request.url.substr(site_url.size() + 1);
      const htaccess::WebAnswer refused = refuse(path);
      if (refused.status != 0 || refused.failure != htaccess::Failure::none) return refused;
      const std::filesystem::path file = docroot() / path;
      return std::filesystem::is_regular_file(file) ? answer(200, read_file(file)) : answer(404);
    };
  }

  TemporaryFolder folder;
};

}  // namespace claimcheck::test
