#include "htaccess/snippets.h"

#include <string_view>

#include "htaccess/template.h"

namespace claimcheck::htaccess {
namespace {

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

constexpr std::string_view nginx_upstream =
    R"conf(# Beside the server block, not within it. nginx keeps its connections to the workers, which saves a tenth of the work for
# a small file.
upstream @upstream@ {
  server "unix:@socket@";
  keepalive 32;
}
# Within the server block:
)conf";

constexpr std::string_view nginx_worker = R"conf(location = @prefix@ { rewrite ^ @prefix@/ last; }
location ^~ @prefix@/ {
  include fastcgi_params;
  fastcgi_param HTTP_PROXY "";
@announcement@  # What nginx holds of each download under way. With 64k 5,000 slow ones take 0.7 GB less in all, and a fast one
  # goes at two thirds of the speed.
  fastcgi_buffer_size 256k;
  fastcgi_buffers 16 64k;
  fastcgi_busy_buffers_size 256k;
  fastcgi_max_temp_file_size 0;
  fastcgi_intercept_errors off;
  fastcgi_cache off;
  gzip off;
@pass@}
)conf";

constexpr std::string_view nginx_pass = "  fastcgi_pass \"unix:@socket@\";\n";
constexpr std::string_view nginx_pass_upstream = "  fastcgi_keep_conn on;\n  fastcgi_pass @upstream@;\n";

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

/// Lines that make sense only if the locked directory is known; templates themselves, so they come first.
Values known_lines(const Site& site, std::string_view hand_off, std::string_view announcement = {}) {
  const bool known = !site.locked_path.empty();
  return {{"hand_off", known ? std::string{hand_off} : ""}, {"announcement", known ? std::string{announcement} : ""}};
}

/// The lines that lock the folder's URL; a word of warning if only its path is known.
std::string_view lock_lines(const Site& site, std::string_view lock_with_url) {
  if (!site.locked_url.empty()) return lock_with_url;
  return site.locked_path.empty() ? std::string_view{} : unknown_url;
}

}  // namespace

std::string nginx_snippet(const Site& site) {
  Values lines =
      known_lines(site, nginx_hand_off, site.locked_url.empty() ? "" : "  fastcgi_param CLAIMCHECK_HAND_OFF accel;\n");
  const bool keeps = !site.upstream.empty();
  lines.emplace_back("pass", keeps ? nginx_pass_upstream : nginx_pass);
  return filled_for(site, keeps ? nginx_upstream : "") + filled_for(site, lock_lines(site, nginx_lock), lines) +
         filled_for_each_path(nginx_worker, site, lines);
}

std::string lighttpd_snippet(const Site& site) {
  const Values lines =
      known_lines(site, lighttpd_sendfile, "  setenv.add-environment = ( \"CLAIMCHECK_HAND_OFF\" => \"xsendfile\" )\n");
  return filled_for(site, lighttpd_modules, lines) + filled_for(site, lock_lines(site, lighttpd_lock), lines) +
         filled_for_each_path(lighttpd_worker, site, lines);
}

std::string proxy_fcgi_snippet(const Site& site) {
  const Values lines = known_lines(site, proxy_sendfile);
  return filled_for(site, site.locked_path.empty() ? "" : proxy_lock, lines) + filled_for_each_path(proxy_worker, site, lines);
}

}  // namespace claimcheck::htaccess
