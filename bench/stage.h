#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/servers.h"
#include "tests/support/mariadb.h"
#include "tests/support/php_fpm.h"
#include "tests/support/process.h"
#include "tests/support/site.h"

namespace claimcheck::bench {

/// Who decides, and who sends the bytes.
enum class Kind {
  plain,            ///< the web server alone: a file that everybody may have
  stream,           ///< claimcheck; the worker sends
  hand_off,         ///< claimcheck; the web server sends
  script,           ///< the PHP script; it sends in a loop
  script_sendfile,  ///< the PHP script; Apache sends (mod_xsendfile)
};

/// The web servers that run beside each other, on ports of their own.
enum class Server {
  apache_proxy,  ///< claimcheck's own-socket worker behind mod_proxy_fcgi
  apache_fcgid,  ///< claimcheck under mod_fcgid
  nginx,         ///< claimcheck's own-socket worker behind nginx
};

/// A way from a client to a file.
struct Way {
  std::string name;
  Server server;
  Kind kind;
};

/// The program that a server is.
std::string program_of(Server server);

/// A file that may be downloaded by every way.
struct File {
  std::string name;
  std::uint64_t size = 0;
};

/// Everything that is measured, running at once on one site with one MariaDB: three web servers, two own-socket workers,
/// PHP-FPM. What is not asked costs nothing. Ends with this object.
class Stage {
 public:
  static constexpr int concurrency = 32;  ///< request threads of a worker, and children of PHP-FPM: as many connections each

  Stage();

  int port(Server server) const;
  int slow_port() const { return slow_port_; }  ///< nginx, for slow downloads
  /// The own-socket worker behind nginx.
  pid_t nginx_worker() const { return nginx_worker_->pid(); }

  /// Makes a file. Its bytes follow bench/pattern.h.
  File add_file(const std::string& name, std::uint64_t size);
  /// Request targets that give the file; for claimcheck and the script a new single-use right each.
  std::vector<std::string> links(Kind kind, const File& file, std::size_t count);
  /// Notes all rights as they are now …
  void remember();
  /// … and brings them back to that, whatever has been used since.
  void restore();
  /// What MariaDB has done so far.
  struct Counters {
    std::uint64_t statements = 0;
    std::uint64_t syncs = 0;  ///< how often it made something durable
  };
  Counters counters();

 private:
  std::string issue(const std::string& body);
  std::unique_ptr<test::Process> start_worker(const std::string& name, const std::string& delivery);

  test::MariaDb database_;
  test::Site site_;
  test::PhpFpm php_;
  std::unique_ptr<test::Process> proxy_worker_, nginx_worker_, apache_proxy_, apache_fcgid_, nginx_;
  int proxy_port_, fcgid_port_, nginx_port_, slow_port_;
  std::string key_;
  std::uint64_t made_ = 0;
};

}  // namespace claimcheck::bench
