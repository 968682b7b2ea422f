#include "htaccess/blocks.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/error.h"
#include "htaccess/template.h"

namespace claimcheck::htaccess {
namespace {

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

constexpr std::string_view site_rules =
    R"conf(# Hands @prefix@/... to claimcheck. Keep this above "BEGIN WordPress". To remove: claimcheck site remove FOLDER
<IfModule mod_rewrite.c>
RewriteEngine On
@rules@</IfModule>
)conf";

constexpr std::string_view site_rule = R"conf(RewriteRule ^@pattern_in_folder@(/.*)?$ @worker_url@$1 [QSA,L]
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

void require_gate(const std::string& gate) {
  if (gate.size() == 64 && std::all_of(gate.begin(), gate.end(), is_letter_or_digit)) return;
  throw Error{Errc::bad_request, "the gate is not 64 letters and digits"};
}

}  // namespace

std::string lock_block(const std::string& gate) {
  require_gate(gate);
  return filled(lock, {{"gate", gate}});
}

std::string site_block(const Site& site) {
  return filled_for(site, site_rules, {{"rules", filled_for_each_path(site_rule, site)}});
}

std::string worker_block(const std::string& gate, WorkerFolder folder) {
  require_gate(gate);
  return filled(worker, {{"options", folder == WorkerFolder::cgi_bin ? "" : "Options +ExecCGI -Indexes\n"}, {"gate", gate}});
}

}  // namespace claimcheck::htaccess
