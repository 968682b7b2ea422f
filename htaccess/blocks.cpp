#include "htaccess/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "core/error.h"

namespace claimcheck::htaccess {
namespace {

using Values = std::vector<std::pair<std::string_view, std::string>>;

// The access rule stands twice: alone for the directory itself, and in a section, because sections are applied after the
// .htaccess files of deeper folders and so outvote a "Require all granted" there.
constexpr std::string_view lock =
    R"conf(# Files in this folder leave it only through claimcheck. To unlock: claimcheck lock remove DIRECTORY
<IfModule mod_authz_core.c>
  Require expr "reqenv('REDIRECT_CLAIMCHECK_GATE') == '@gate@'"
  <FilesMatch ".">
    Require expr "reqenv('REDIRECT_CLAIMCHECK_GATE') == '@gate@'"
  </FilesMatch>
</IfModule>
<IfModule !mod_authz_core.c>
  Order Deny,Allow
  Deny from all
  Allow from env=REDIRECT_CLAIMCHECK_GATE
</IfModule>
<IfModule mod_rewrite.c>
  RewriteEngine On
  RewriteCond %{ENV:REDIRECT_CLAIMCHECK_GATE} !=@gate@
  RewriteRule ^ - [F,L]
</IfModule>
Options -Indexes -ExecCGI
EnableSendfile On
<FilesMatch ".">
  SetHandler default-handler
  ForceType application/octet-stream
</FilesMatch>
<IfModule mod_mime.c>
  RemoveOutputFilter .shtml .shtm .stm .html .htm
  RemoveEncoding .gz .tgz .Z .bz2 .xz .br .zst
</IfModule>
<IfModule mod_headers.c>
  Header always set X-Content-Type-Options nosniff
  Header always set X-Robots-Tag "noindex, nofollow"
</IfModule>
)conf";

constexpr std::string_view site_rule =
    R"conf(# Hands @prefix@/... to claimcheck. Keep this above "BEGIN WordPress". To remove: claimcheck site remove FOLDER
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteRule ^@pattern_in_folder@(/.*)?$ @worker_url@$1 [QSA,L]
</IfModule>
)conf";

constexpr std::string_view worker = R"conf(# Runs claimcheck.fcgi as FastCGI, or as CGI where mod_fcgid is missing.
<IfModule mod_fcgid.c>
  AddHandler fcgid-script .fcgi
</IfModule>
<IfModule !mod_fcgid.c>
  AddHandler cgi-script .fcgi
</IfModule>
@options@# What this server does when the worker asks it to send a file: a redirect through the lock's gate; LiteSpeed has its own way.
<IfModule !LiteSpeed>
  SetEnv CLAIMCHECK_HAND_OFF local
</IfModule>
<IfModule LiteSpeed>
  SetEnv CLAIMCHECK_HAND_OFF litespeed
</IfModule>
<IfModule mod_xsendfile.c>
  XSendFile On
  SetEnv CLAIMCHECK_HAND_OFF "local xsendfile"
</IfModule>
SetEnv CLAIMCHECK_GATE @gate@
SetEnv no-gzip 1
SetEnv no-brotli 1
SetEnv ap_trust_cgilike_cl 1
SetEnvIf Authorization "^(.+)$" HTTP_AUTHORIZATION=$1
# If the worker ends in the middle of a download, mod_fcgid would append an error page to the part of the file that is sent:
# let it be empty.
ErrorDocument 500 "%{reqenv:claimcheck_nothing}"
<FilesMatch "\.(toml|db|db-journal|db-shm|db-wal|key|log)$">
  <IfModule mod_alias.c>
    RedirectMatch 404 .
  </IfModule>
</FilesMatch>
<IfModule mod_rewrite.c>
  RewriteEngine Off
</IfModule>
)conf";

constexpr std::string_view nginx_lock =
    R"conf(# The locked folder: only claimcheck's own X-Accel-Redirect gets in. "^~" keeps regex locations from serving it first.
# What the worker says of the file is passed on, its ETag above all: a download goes on whoever sends the rest.
location ^~ @locked_url@/ {
  internal;
@hand_off@}
)conf";

constexpr std::string_view unknown_url = R"conf(# If @locked_path@ lies beneath the document root, its lock is missing here:
# print this again with --docroot DOCROOT.
)conf";

constexpr std::string_view nginx_worker = R"conf(location = @prefix@ { rewrite ^ @prefix@/ last; }
location ^~ @prefix@/ {
  include fastcgi_params;
  fastcgi_param HTTP_PROXY "";
@announcement@  fastcgi_buffer_size 64k;
  fastcgi_buffers 16 64k;
  fastcgi_busy_buffers_size 256k;
  fastcgi_max_temp_file_size 0;
  fastcgi_intercept_errors off;
  fastcgi_cache off;
  gzip off;
  fastcgi_pass "unix:@socket@";
}
)conf";

constexpr std::string_view nginx_hand_off = R"conf(  alias "@locked_path@/";
  sendfile on;
  gzip off;
  etag off;
  add_header ETag $upstream_http_etag;
  add_header X-Content-Type-Options $upstream_http_x_content_type_options;
  add_header Content-Security-Policy $upstream_http_content_security_policy;
  add_header Referrer-Policy $upstream_http_referrer_policy;
  add_header X-Robots-Tag $upstream_http_x_robots_tag;
  add_header X-Request-Id $upstream_http_x_request_id;
)conf";

constexpr std::string_view lighttpd_modules = R"conf(server.modules += ( "mod_access", "mod_setenv", "mod_fastcgi" )
)conf";

constexpr std::string_view lighttpd_sendfile = R"conf(    "x-sendfile" => "enable",
    "x-sendfile-docroot" => ( "@locked_path@/" ),
)conf";

constexpr std::string_view lighttpd_lock = R"conf($HTTP["url"] =~ "^@locked_pattern@(/|$)" {
  url.access-deny = ( "" )
}
)conf";

constexpr std::string_view lighttpd_worker = R"conf($HTTP["url"] =~ "^/@pattern@(/|$)" {
@announcement@  server.stream-response-body = 2
  fastcgi.server = ( "@prefix@" => ((
    "socket" => "@socket@",
@hand_off@    "check-local" => "disable"
  )))
}
)conf";

constexpr std::string_view proxy_sendfile = R"conf(  <IfModule mod_xsendfile.c>
    XSendFile On
    XSendFilePath "@locked_path@"
    SetEnv CLAIMCHECK_HAND_OFF xsendfile
  </IfModule>
)conf";

constexpr std::string_view proxy_lock = R"conf(<Directory "@locked_path@">
  Require all denied
</Directory>
)conf";

constexpr std::string_view proxy_worker =
    R"conf(# If this virtual host has rewrite rules of its own (not in a .htaccess), put this line before them, for they come first:
#   RewriteRule ^@prefix_pattern@(/|$) - [L]
ProxyPass "@prefix@" "unix:@socket@|fcgi://claimcheck" enablereuse=off iobuffersize=65536
SetEnvIf Request_URI "^@prefix_pattern@(/|$)" ap_trust_cgilike_cl=1
<Location "@prefix@">
  CGIPassAuth On
  ProxyFCGIBackendType GENERIC
  SetEnv no-gzip 1
  SetEnv no-brotli 1
  EnableSendfile On
  <IfModule mod_rewrite.c>
    RewriteEngine Off
  </IfModule>
@hand_off@</Location>
)conf";

std::string filled(std::string_view text, const Values& values) {
  std::string result(text);
  for (const auto& [name, value] : values) {
    const std::string mark = fmt::format("@{}@", name);
    for (std::size_t at = result.find(mark); at != std::string::npos; at = result.find(mark, at + value.size())) {
      result.replace(at, mark.size(), value);
    }
  }
  return result;
}

void require_gate(const std::string& gate) {
  if (gate.size() == 64 && std::all_of(gate.begin(), gate.end(), is_letter_or_digit)) return;
  throw Error{Errc::bad_request, "the gate is not 64 letters and digits"};
}

void require_url_path(std::string_view what, const std::string& path) {
  const auto is_plain = [](char c) {
    return is_letter_or_digit(c) || std::string_view("/._~-").find(c) != std::string_view::npos;
  };
  const bool has_shape = path.size() > 1 && path.front() == '/' && path.back() != '/' && path.find("//") == std::string::npos;
  if (has_shape && std::all_of(path.begin(), path.end(), is_plain)) return;
  throw Error{Errc::bad_request, fmt::format("{} \"{}\" is no URL path like /name/of-it: single slashes, none at the end, "
                                             "and letters, digits, dots, underscores, tildes and hyphens",
                                             what, path)};
}

void require_file_path(std::string_view what, const std::string& path) {
  const auto is_special = [](char c) {
    return (c >= 0 && c < 0x20) || std::string_view("\x7f\"\\$|%").find(c) != std::string_view::npos;
  };
  const bool has_shape = path.size() > 1 && path.front() == '/';
  if (has_shape && std::none_of(path.begin(), path.end(), is_special)) return;
  throw Error{Errc::bad_request,
              fmt::format("{} \"{}\" is no absolute path, or has one of \" \\ $ | % or a control character in it", what, path)};
}

std::string as_pattern(std::string_view url_path) {
  std::string pattern;
  for (const char c : url_path) pattern += c == '.' ? "\\." : std::string(1, c);
  return pattern;
}

/// The prefix as rules in the folder's .htaccess see it: without the folder's own URL, which Apache takes away.
std::string_view prefix_in_folder(const Site& site) {
  const std::string folder = site.folder_url + "/";
  if (site.prefix.starts_with(folder)) return std::string_view(site.prefix).substr(folder.size());
  throw Error{Errc::bad_request,
              fmt::format("the prefix \"{0}\" does not lie beneath {1}, whose .htaccess is to lead there; set "
                          "prefix = \"{1}{0}\" in [site], or install into the document root",
                          site.prefix, site.folder_url)};
}

/// Every part, checked, under the names that the templates use.
/// @param hand_off, announcement  lines that make sense only if the locked directory is known; templates themselves, so they
/// come first
Values checked(const Site& site, std::string_view hand_off = {}, std::string_view announcement = {}) {
  require_url_path("the prefix", site.prefix);
  require_url_path("the worker's URL", site.worker_url);
  if (!site.folder_url.empty()) require_url_path("the folder's URL", site.folder_url);
  require_file_path("the socket", site.socket);
  if (!site.locked_url.empty()) require_url_path("the locked directory's URL", site.locked_url);
  if (!site.locked_path.empty()) require_file_path("the locked directory", site.locked_path);
  // A folder may be written with a slash at its end; the templates add theirs.
  const std::string locked_path = site.locked_path.substr(0, site.locked_path.find_last_not_of('/') + 1);
  return {{"hand_off", site.locked_path.empty() ? "" : std::string(hand_off)},
          {"announcement", site.locked_path.empty() ? "" : std::string(announcement)},
          {"prefix", site.prefix},
          {"prefix_pattern", as_pattern(site.prefix)},
          {"pattern", as_pattern(site.prefix).substr(1)},
          {"pattern_in_folder", as_pattern(prefix_in_folder(site))},
          {"worker_url", site.worker_url},
          {"socket", site.socket},
          {"locked_url", site.locked_url},
          {"locked_pattern", as_pattern(site.locked_url)},
          {"locked_path", locked_path}};
}

/// The lines that lock the folder's URL; a word of warning if only its path is known.
std::string_view lock_lines(const Site& site, std::string_view lock_with_url) {
  if (!site.locked_url.empty()) return lock_with_url;
  return site.locked_path.empty() ? std::string_view{} : unknown_url;
}

}  // namespace

std::string lock_block(const std::string& gate) {
  require_gate(gate);
  return filled(lock, {{"gate", gate}});
}

std::string site_block(const Site& site) {
  return filled(site_rule, checked(site));
}

std::string worker_block(const std::string& gate, WorkerFolder folder) {
  require_gate(gate);
  return filled(worker, {{"options", folder == WorkerFolder::cgi_bin ? "" : "Options +ExecCGI -Indexes\n"}, {"gate", gate}});
}

std::string nginx_snippet(const Site& site) {
  const Values values =
      checked(site, nginx_hand_off, site.locked_url.empty() ? "" : "  fastcgi_param CLAIMCHECK_HAND_OFF accel;\n");
  return filled(lock_lines(site, nginx_lock), values) + filled(nginx_worker, values);
}

std::string lighttpd_snippet(const Site& site) {
  const Values values =
      checked(site, lighttpd_sendfile, "  setenv.add-environment = ( \"CLAIMCHECK_HAND_OFF\" => \"xsendfile\" )\n");
  return filled(lighttpd_modules, values) + filled(lock_lines(site, lighttpd_lock), values) + filled(lighttpd_worker, values);
}

std::string proxy_fcgi_snippet(const Site& site) {
  const Values values = checked(site, proxy_sendfile);
  return filled(site.locked_path.empty() ? "" : proxy_lock, values) + filled(proxy_worker, values);
}

}  // namespace claimcheck::htaccess
