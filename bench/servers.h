#pragma once

#include <memory>
#include <string>

#include "tests/support/process.h"
#include "tests/support/site.h"

namespace claimcheck::bench {

/// What the servers hand to the PHP script.
struct Script {
  std::string socket;           ///< of PHP-FPM
  std::string database_socket;  ///< of MariaDB
  std::string database;
};

/// Apache as its operator would set it up for downloads: event MPM, EnableSendfile On, mod_xsendfile, .htaccess honoured.
/// Serves the whole site: plain files, the script, and claimcheck by the lines that the product prints for mod_proxy_fcgi, or
/// by its .htaccess through mod_fcgid.
/// @param worker  address of the own-socket worker; empty: mod_fcgid
std::unique_ptr<test::Process> start_apache(const test::Site& site, int port, const std::string& worker, const Script& script);

/// nginx likewise: sendfile on, the script with nginx' own buffers, claimcheck by the lines that the product prints.
/// @param slow_port  a second port, on which the kernel may hold at most 128 KiB of each connection: for slow downloads
std::unique_ptr<test::Process> start_nginx(const test::Site& site, int port, int slow_port, const std::string& worker,
                                           const Script& script);

}  // namespace claimcheck::bench
