#include "htaccess/finding.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "core/error.h"
#include "htaccess/template.h"

namespace claimcheck::htaccess {
namespace {

constexpr std::array table{
    Check{"site.reach", "the site's address answers from this machine",
          "check [site] url and the name's DNS entry. If the host blocks connections to itself, run `claimcheck doctor --url "
          "ADDRESS` with an address that works from here, or look from outside as docs/locking.md shows"},
    Check{"site.certificate", "the site's certificate is valid for its name", "renew the certificate, or correct [site] url"},
    Check{"site.url", "[site] url leads to this site's document root, without a redirect",
          "set url in [site] of claimcheck.toml to the address that visitors use"},
    Check{"site.cache", "no cache in front of the site keeps copies of locked files",
          "purge what the cache holds of the locked folder, from the time before it was locked"},
    Check{"route", "the download addresses lead to our worker",
          "see docs/troubleshooting.md; the web server's error log has the reason"},
    Check{"route.block", "the document root's .htaccess has our rewrite block", "claimcheck site install @subject@",
          MendedBy::doctor},
    Check{"route.order", "our rewrite block stands above WordPress's", "claimcheck site install @subject@", MendedBy::doctor},
    Check{"route.beside", "the addresses of shops, of backups and of public links lead to our worker as well",
          "claimcheck site install @subject@, or the lines that `claimcheck site print` shows for another web server",
          MendedBy::doctor},
    Check{"route.ignored", "the web server reads .htaccess files, or has our lines in its own configuration",
          "paste what `claimcheck site print proxy-fcgi --docroot @subject@` shows into the virtual host, or set AllowOverride "
          "All there"},
    Check{"route.missing_worker", "claimcheck.fcgi lies where the rewrite block points to",
          "copy claimcheck.fcgi to @subject@ and chmod 755 it"},
    Check{"route.handler", "the web server runs the worker instead of sending it as a file",
          "claimcheck site install @subject@; if the host allows no handler in .htaccess, put claimcheck.fcgi into cgi-bin and "
          "use "
          "--worker-dir",
          MendedBy::doctor},
    Check{"route.exec", "programs may run in the worker's folder",
          "claimcheck site install @subject@, which writes `Options +ExecCGI`; if the host forbids it, put claimcheck.fcgi "
          "into cgi-bin "
          "and use --worker-dir",
          MendedBy::doctor},
    Check{"route.start", "the worker starts when the web server asks for it",
          "run `claimcheck check` as the site's user, and read the web server's error log: a missing configuration, a missing "
          "library or a directive that the host forbids are named there"},
    Check{"route.worker", "the own-socket worker runs and the web server may connect to it",
          "start claimcheck.fcgi (systemctl start claimcheck.socket claimcheck@1 claimcheck@2), as the web server's user or in "
          "its group"},
    Check{"route.version", "worker and command line are of the same version",
          "copy the new claimcheck.fcgi beside the old one and rename it over; restart an own-socket worker"},
    Check{"route.gate", "the worker's .htaccess has the gate of this configuration", "claimcheck site install @subject@",
          MendedBy::doctor},
    Check{"authorization", "API keys arrive at the worker",
          "claimcheck site install @subject@ (it writes SetEnvIf Authorization), or `CGIPassAuth On` in the virtual host's "
          "<Location>",
          MendedBy::doctor},
    Check{"lock", "no file of the folder can be had by its own address", "claimcheck lock install @subject@", MendedBy::doctor},
    Check{"lock.nested", "no .htaccess deeper inside opens its folder again", "remove @subject@, or what it opens"},
    Check{"lock.listing", "the folder shows no list of its files",
          "claimcheck lock install @subject@; on nginx `autoindex off;` in its location"},
    Check{"lock.gate", "the lock has the gate of this configuration", "claimcheck lock install @subject@", MendedBy::doctor},
    Check{"lock.block", "the lock is the one that this version writes", "claimcheck lock install @subject@", MendedBy::doctor},
    Check{"hand_off", "the web server sends files in the configured way", "set delivery in [storage.@subject@] to what works"},
    Check{"hand_off.better", "no faster way of delivery is left unused", "set delivery in [storage.@subject@]"},
    Check{"hand_off.stale", "the worker runs with today's configuration", "restart the worker"},
    Check{"delivery", "a link gives exactly the file, with our header fields, for GET, HEAD, ranges and conditions",
          "see docs/troubleshooting.md; the worker's log has the reason"},
    Check{"delivery.length", "the size of a download arrives, so that browsers show progress and notice a cut",
          "under mod_proxy_fcgi: SetEnvIf Request_URI \"^PREFIX(/|$)\" ap_trust_cgilike_cl=1, as `claimcheck site print "
          "proxy-fcgi` shows"},
    Check{"delivery.transform", "nothing in front of the worker packs or changes the bytes",
          "SetEnv no-gzip 1 under Apache, `gzip off;` under nginx, for the download addresses; in a CDN switch transformations "
          "off"},
    Check{"delivery.buffering", "the web server passes bytes on as the client takes them",
          "nginx: fastcgi_max_temp_file_size 0; and no fastcgi_ignore_headers X-Accel-Buffering; lighttpd: "
          "server.stream-response-body = 2"},
    Check{"delivery.time", "no download lasts longer than the web server lets a worker live",
          "let the web server send large files: delivery = \"local\" in [storage.NAME]; or ask the host for a larger "
          "FcgidBusyTimeout"},
    Check{"permission.worker", "suEXEC would run the worker: no link, nobody else may write it or its folder, one owner",
          "chmod 755 @subject@", MendedBy::doctor},
    Check{"permission.config", "nobody else reads or changes the configuration", "chmod 600 @subject@"},
    Check{"permission.place", "the configuration lies outside the document root",
          "move it to a folder above the document root, such as ~/claimcheck/"},
    Check{"permission.storage", "the worker may read the storage",
          "make the folder and its files readable for the worker's user, and its parent folders passable (chmod o+x)"},
    Check{"database", "the database answers", "check [store] in claimcheck.toml, and that the server runs"},
    Check{"database.migrations", "the tables are up to date", "claimcheck migrate", MendedBy::doctor},
    Check{"database.durability", "a use that was counted survives a power failure",
          "innodb_flush_log_at_trx_commit = 1 in the database server's configuration"},
    Check{"database.clock", "this machine's clock and the database's agree", "switch NTP on, on both machines"},
    Check{"cron", "claimcheck-cron runs", "crontab -e, and add: 7,22,37,52 * * * * @subject@"},
    Check{"countries", "the country database of [countries] can be read",
          "get @subject@ again, for instance with geoipupdate; until then links with countries answer 503"},
    Check{"check.sql", "the databases that checks of kind \"sql\" ask answer, with the right to read",
          "check database, password and query in [@subject@] of claimcheck.toml; until then links with this check answer 503"},
    Check{"storage.bucket", "buckets answer, and may be read with the credentials of the configuration",
          "check endpoint, region, bucket and credentials in [@subject@] of claimcheck.toml, and that the account may read and "
          "list objects; until then its links answer 503"},
    Check{"mail", "the mails that policies ask for go out",
          "claimcheck mail list tells what the mail server says; see docs/mail.md"},
};

}  // namespace

std::span<const Check> checks() {
  return table;
}

Finding found(std::string_view check, std::string subject, State state, std::string message) {
  const auto row = std::ranges::find(table, check, &Check::id);
  const bool needs_fix = row != table.end() && state != State::ok && state != State::mended;
  std::string fix = needs_fix ? filled(row->fix, {{"subject", subject}}) : "";
  Finding finding = found(check, std::move(subject), state, std::move(message), std::move(fix));
  finding.mendable = needs_fix && row->mended_by == MendedBy::doctor;
  return finding;
}

Finding found(std::string_view check, std::string subject, State state, std::string message, std::string fix) {
  if (std::ranges::find(table, check, &Check::id) == table.end())
    throw Error{Errc::internal, "there is no check " + std::string{check}};
  return {.check = std::string{check},
          .subject = std::move(subject),
          .state = state,
          .message = std::move(message),
          .fix = std::move(fix)};
}

const char* to_string(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::mended:
      return "mended";
    case State::warning:
      return "warning";
    case State::unverified:
      return "unverified";
    case State::fault:
      return "fault";
    case State::leak:
      return "LEAK";
  }
  return "";
}

bool is_ill(const Findings& findings) {
  return std::ranges::any_of(findings, [](const Finding& each) {
    return each.state == State::fault || each.state == State::leak ||
           (each.check == "site.reach" && each.state == State::unverified);
  });
}

void append(Findings& all, Findings more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace claimcheck::htaccess
