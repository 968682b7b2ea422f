#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "config/setters.h"
#include "core/counting.h"
#include "core/email_address.h"
#include "core/quantity.h"
#include "core/seal.h"

namespace claimcheck::config {
namespace {

constexpr seconds longest_ttl{10LL * 365 * 24 * 3600};
/// A stalled delivery must be given up before the store takes its worker for dead (counting::dead_after).
constexpr seconds longest_stall{45};
const std::filesystem::path zones = "/usr/share/zoneinfo";

Wrong anything(const std::string&) {
  return std::nullopt;
}

Wrong is_site_url(const std::string& url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  if (!web || url.back() == '/' || url.find_first_of(" \t?#") != std::string::npos)
    return "must be the site's address without a final slash, such as \"https://example.com\"";
  return std::nullopt;
}

Wrong is_prefix(const std::string& prefix) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/";
  if (prefix.size() < 2 || prefix.front() != '/' || prefix.back() == '/' || prefix.find("//") != std::string::npos ||
      prefix.find_first_not_of(letters) != std::string::npos)
    return "must be a URL path of letters, digits, - and _ with a slash in front and none at the end, such as \"/dl\"";
  return std::nullopt;
}

Wrong is_url_path(const std::string& path) {
  if (path.empty() ||
      (path.size() > 1 && path.front() == '/' && path.back() != '/' && path.find_first_of(" \t?#%\"") == std::string::npos))
    return std::nullopt;
  return "must be a URL path with a slash in front and none at the end, such as \"/wp-content/uploads/claimcheck\"";
}

Wrong is_store_url(const std::string& url) {
  if (url.starts_with("sqlite:/") || url.starts_with("mysql://")) return std::nullopt;
  return "must be \"sqlite:/absolute/path/claimcheck.db\" or \"mysql://user@host/database\"";
}

Wrong is_table_prefix(const std::string& prefix) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (prefix.size() > 32 || prefix.find_first_not_of(letters) != std::string::npos)
    return "must be at most 32 letters, digits and underscores";
  return std::nullopt;
}

Wrong is_absolute(const std::string& path) {
  if (!path.starts_with("/")) return "must be an absolute path, such as \"/home/me/public_html/wp-content/uploads/claimcheck\"";
  return std::nullopt;
}

Wrong is_listen(const std::string& address) {
  if (address.empty() || address.starts_with("unix:/") || address.starts_with("tcp:127.0.0.1:")) return std::nullopt;
  return "must be \"unix:/path\" or \"tcp:127.0.0.1:PORT\": the worker serves a web server on this machine only";
}

Wrong is_absolute_or_empty(const std::string& path) {
  if (!path.empty() && !path.starts_with("/")) return "must be an absolute path";
  return std::nullopt;
}

Wrong is_absolute_program(const std::string& path) {
  if (!path.starts_with("/")) return "must be an absolute path, such as \"/usr/sbin/sendmail\"";
  return std::nullopt;
}

Wrong is_zone(const std::string& name) {
  constexpr std::string_view magic = "TZif";  // RFC 8536 section 3.1; other files lie there too
  std::string beginning(magic.size(), '\0');
  const bool is_inside = !name.empty() && name.front() != '/' && name.find("..") == std::string::npos;
  const bool is_read = is_inside && std::ifstream{zones / name}.read(beginning.data(), std::ssize(beginning));
  if (name != "UTC" && (!is_read || beginning != magic))
    return "must be a time zone of this machine's list, such as \"Europe/Berlin\" or \"UTC\" (package tzdata)";
  return std::nullopt;
}

Wrong is_sender(const std::string& text) {
  if (text.empty() || parse_mailbox(text)) return std::nullopt;
  return "must be \"downloads@example.com\" or \"Example <downloads@example.com>\"";
}

Wrong is_address_or_empty(const std::string& text) {
  if (text.empty() || is_deliverable(text)) return std::nullopt;
  return "must be one mail address, such as \"help@example.com\"";
}

Wrong is_key_or_empty(const std::string& key) {
  if (key.empty() || key.size() >= Seal::shortest_key) return std::nullopt;
  return "must have at least 32 characters; `openssl rand -hex 32` makes some";
}

Wrong set_patterns(OrphanSettings& orphans, const Value& value) {
  const auto* given = std::get_if<std::vector<std::string>>(&value);
  const auto is_bad = [](const std::string& pattern) { return pattern.empty() || pattern.find('/') != std::string::npos; };
  if (given == nullptr || given->empty() || std::ranges::any_of(*given, is_bad))
    return "must be a list of patterns for names in quotes, such as [\"*.part\"]";
  orphans.patterns = *given;
  return std::nullopt;
}

Wrong set_proxies(Site& site, const Value& value) {
  const auto* given = std::get_if<std::vector<std::string>>(&value);
  if (given == nullptr) return "must be a list of addresses in quotes, such as [\"127.0.0.1\"]";
  site.trusted_proxies = *given;
  return std::nullopt;
}

Wrong set_parallel(Policy& policy, const Value& value) {
  constexpr auto most = static_cast<std::int64_t>(counting::deliveries_at_once);
  const auto* given = std::get_if<std::int64_t>(&value);
  if (given == nullptr || *given < 1 || *given > most) return fmt::format("must be a whole number from 1 to {}", most);
  policy.rules.parallel = *given;
  return std::nullopt;
}

Wrong set_delete_file(Policy& policy, const Value& value) {
  const auto* given = std::get_if<bool>(&value);
  if (given == nullptr) return "must be true or false";
  policy.rules.delete_file = *given;
  return std::nullopt;
}

Wrong set_retry_budget(Policy& policy, const Value& value) {
  const auto* real = std::get_if<double>(&value);
  const auto* whole = std::get_if<std::int64_t>(&value);
  const double budget = real != nullptr ? *real : whole != nullptr ? static_cast<double>(*whole) : -1.0;
  if (!(budget >= 0.0 && budget <= 100.0)) return "must be a number from 0 to 100";
  policy.rules.retry_budget = budget;
  return std::nullopt;
}

}  // namespace

const std::vector<Setting<Site>>& site_settings() {
  static const std::vector<Setting<Site>> settings{
      {"url", "", "The site's address. Links are built from it, never from what a request says. Required.",
       text(&Site::url, is_site_url)},
      {"prefix", "\"/dl\"", "The URL path under which all of claimcheck's addresses lie.", text(&Site::prefix, is_prefix)},
      {"name", "\"Downloads\"", "The site's name, as pages show it.", text(&Site::name, anything)},
      {"support", "\"\"", "A mail address or URL that a refused visitor is sent to.", text(&Site::support, anything)},
      {"timezone", "\"UTC\"", "The time zone in which mails tell times, such as \"Europe/Berlin\".",
       text(&Site::timezone, is_zone)},
      {"language", "\"en\"", "The language of mails, unless a token has another one as its fact \"language\".",
       word(&Site::language, {"en", "de"})},
      {"trusted_proxies", "[]", "Addresses of proxies whose X-Forwarded-For is believed.", set_proxies},
  };
  return settings;
}

const std::vector<Setting<StoreSettings>>& store_settings() {
  static const std::vector<Setting<StoreSettings>> settings{
      {"url", "",
       "Where tokens are kept: \"sqlite:/path/claimcheck.db\" or \"mysql://user@host:3306/database\", also with "
       "?unix_socket=/path or ?tls_ca=/path/ca.pem. Without it: claimcheck.db beside this file.",
       text(&StoreSettings::url, is_store_url)},
      {"password", "\"\"", "The database password; \"@/path\" reads it from a file.", text(&StoreSettings::password, anything)},
      {"table_prefix", "\"claimcheck_\"", "Put in front of every table's name; on WordPress for instance \"wp_claimcheck_\".",
       text(&StoreSettings::table_prefix, is_table_prefix)},
  };
  return settings;
}

const std::vector<Setting<StorageSettings>>& storage_settings() {
  static const std::vector<Setting<StorageSettings>> settings{
      {"kind", "\"directory\"", "What keeps the files.", word(&StorageSettings::kind, {"directory"})},
      {"root", "", "The folder, as an absolute path. Lock it with `claimcheck lock install`. Required.",
       text(&StorageSettings::root, is_absolute)},
      {"delivery", "\"stream\"",
       "Who sends the files: \"stream\" (the worker), or the web server: \"local\" (Apache with mod_fcgid or CGI), "
       "\"xsendfile\" "
       "(mod_xsendfile, lighttpd), \"accel\" (nginx), \"litespeed\". `claimcheck doctor` proves which one works.",
       choice<StorageSettings, HandOff>({hand_off_words.begin(), hand_off_words.end()},
                                        [](StorageSettings& storage) -> HandOff& { return storage.hand_off; })},
      {"url", "\"\"",
       "The folder's URL path on the site, such as \"/wp-content/uploads/claimcheck\"; local, accel and litespeed need it.",
       text(&StorageSettings::url, is_url_path)},
  };
  return settings;
}

const std::vector<Setting<Policy>>& policy_settings() {
  static const std::vector<Setting<Policy>> settings{
      {"ttl", "\"24h\"", "How long a new link works.",
       duration<Policy>([](Policy& policy) -> seconds& { return policy.ttl; }, seconds{1}, longest_ttl)},
      {"max_uses", "1", "How many downloads a link is good for; 0 means any number.", count(&Policy::max_uses, 0, 1'000'000)},
      {"grace", "\"1h\"", "How long after expiry a download that was begun before may still be finished.",
       duration<Policy>([](Policy& policy) -> seconds& { return policy.rules.grace; }, seconds{0}, longest_ttl)},
      {"confirm", "\"auto\"",
       "Whether a visitor sees a page with a button first: \"never\", \"always\", or \"auto\" (browsers, if uses are limited).",
       choice<Policy, Confirm>({{"never", Confirm::never}, {"auto", Confirm::automatic}, {"always", Confirm::always}},
                               [](Policy& policy) -> Confirm& { return policy.rules.confirm; })},
      {"on_change", "\"refuse\"", "If the file is not the one that the link was made for: \"refuse\" or \"serve\" it as it is.",
       choice<Policy, OnChange>({{"refuse", OnChange::refuse}, {"serve", OnChange::serve}},
                                [](Policy& policy) -> OnChange& { return policy.rules.on_change; })},
      {"delete_file", "false", "Whether claimcheck-cron removes the file when no link leads to it any more.", set_delete_file},
      {"retry_budget", "1.0", "What a use pays for beyond one complete copy, as a multiple of the file's size.",
       set_retry_budget},
      {"exact", "\"auto\"",
       "Whether downloads are counted by what really went out: \"always\" (the worker streams), \"never\" (the web server "
       "sends, "
       "where `delivery` lets it), or \"auto\" (streamed if uses are limited, under mod_fcgid and CGI up to exact_up_to).",
       choice<Policy, Exact>({{"auto", Exact::automatic}, {"always", Exact::always}, {"never", Exact::never}},
                             [](Policy& policy) -> Exact& { return policy.rules.exact; })},
      {"rate", "\"0\"", "The most bytes a second for one download, its parallel parts together; such as \"2 MB/s\".",
       bytes<Policy>(
           parse_rate, [](Policy& policy) -> std::uint64_t& { return policy.rules.rate; }, "2 MB/s")},
      {"burst", "\"0\"", "What goes out at full speed before `rate` holds, such as \"4 MB\".",
       bytes<Policy>(
           parse_size, [](Policy& policy) -> std::uint64_t& { return policy.rules.burst; }, "4 MB")},
      {"parallel", "64", "How many parts of one download may be fetched at the same time.", set_parallel},
      {"warn_before", "\"0s\"",
       "How long before expiry its holder is warned by mail if the file was not fetched completely, such as \"6h\"; \"0s\": "
       "never.",
       duration<Policy>([](Policy& policy) -> seconds& { return policy.rules.warn_before; }, seconds{0}, longest_ttl)},
      {"notify", "\"nobody\"", "Who gets a mail when a file was fetched completely: \"nobody\", \"customer\" or \"support\".",
       choice<Policy, Notify>({{"nobody", Notify::nobody}, {"customer", Notify::customer}, {"support", Notify::support}},
                              [](Policy& policy) -> Notify& { return policy.rules.notify; })},
  };
  return settings;
}

const std::vector<Setting<Log>>& log_settings() {
  static const std::vector<Setting<Log>> settings{
      {"file", "\"\"", "Where log lines go, one JSON object each; without it to standard error, which the web server keeps.",
       text(&Log::file, anything)},
      {"level", "\"info\"", "The least important lines to write.", word(&Log::level, {"debug", "info", "warning", "error"})},
      {"ip_log", "\"anonymised\"",
       "What is recorded of visitors' addresses, in the database and in the log: \"none\", \"anonymised\" (203.0.113.0, "
       "2001:db8:1:2::) or \"full\". No limit depends on it.",
       choice<Log, IpLog>({{"none", IpLog::none}, {"anonymised", IpLog::anonymised}, {"full", IpLog::full}},
                          [](Log& log) -> IpLog& { return log.ip_log; })},
      {"retention", "\"90d\"",
       "How long the database tells of a download that is over, and of refusals; claimcheck-cron forgets older ones. No limit "
       "depends on them.",
       duration<Log>([](Log& log) -> seconds& { return log.retention; }, seconds{3600}, longest_ttl)},
      {"token_retention", "\"30d\"",
       "How long a token is kept after it has ended, so that its holder is told why; claimcheck-cron forgets older ones.",
       duration<Log>([](Log& log) -> seconds& { return log.token_retention; }, seconds{3600}, longest_ttl)},
  };
  return settings;
}

const std::vector<Setting<Worker>>& worker_settings() {
  static const std::vector<Setting<Worker>> settings{
      {"listen", "\"\"",
       "A socket of the worker's own: \"unix:/path\" or \"tcp:127.0.0.1:PORT\". Without it the web server starts the worker "
       "(mod_fcgid, CGI). A socket that systemd hands in comes before it.",
       text(&Worker::listen, is_listen)},
      {"threads", "8", "How many requests an own-socket worker answers at once; each has its own database connection.",
       count(&Worker::threads, 1, 1024)},
      {"read_timeout", "\"10s\"", "How long one request may take to arrive from the web server.",
       duration<Worker>([](Worker& worker) -> seconds& { return worker.read_timeout; }, seconds{1}, seconds{300})},
      {"stall_timeout", "\"40s\"", "A client that takes no byte for so long is given up; it may resume.",
       duration<Worker>([](Worker& worker) -> seconds& { return worker.stall_timeout; }, seconds{1}, longest_stall)},
      {"slowest", "\"0\"",
       "A client that takes fewer bytes a second over a minute is given up, such as \"1 kB/s\"; it may resume.",
       bytes<Worker>(
           parse_rate, [](Worker& worker) -> std::uint64_t& { return worker.slowest; }, "1 kB/s")},
      {"exact_up_to", "\"64 MiB\"",
       "Under mod_fcgid and CGI: links with limited uses are streamed up to this size and handed off beyond it.",
       bytes<Worker>(
           parse_size, [](Worker& worker) -> std::uint64_t& { return worker.exact_up_to; }, "64 MiB")},
      {"drain", "\"30s\"", "After SIGTERM, how long running downloads may go on.",
       duration<Worker>([](Worker& worker) -> seconds& { return worker.drain; }, seconds{0}, seconds{24 * 3600})},
  };
  return settings;
}

const std::vector<Setting<MailSettings>>& mail_settings() {
  using Transport = MailSettings::Transport;
  using Security = MailSettings::Security;
  static const std::vector<Setting<MailSettings>> settings{
      {"transport", "\"off\"",
       "How mail leaves: \"smtp\", \"sendmail\", \"none\" (it waits for another program, see `claimcheck mail take`), or "
       "\"off\": "
       "none is written.",
       choice<MailSettings, Transport>(
           {{"off", Transport::off}, {"none", Transport::none}, {"smtp", Transport::smtp}, {"sendmail", Transport::sendmail}},
           [](MailSettings& mail) -> Transport& { return mail.transport; })},
      {"from", "\"\"", "The sender, such as \"Example <downloads@example.com>\"; an address of the site's own domain.",
       text(&MailSettings::from, is_sender)},
      {"reply_to", "\"\"", "Where answers go, if not to the sender.", text(&MailSettings::reply_to, is_address_or_empty)},
      {"host", "\"\"", "The SMTP server's name, as its certificate has it.", text(&MailSettings::host, anything)},
      {"port", "587", "The SMTP server's port; 465 is usual with security = \"tls\".", count(&MailSettings::port, 1, 65535)},
      {"security", "\"starttls\"",
       "\"starttls\" or \"tls\" (from the first byte); the certificate is checked. \"none\" only for a server on this machine.",
       choice<MailSettings, Security>({{"starttls", Security::starttls}, {"tls", Security::tls}, {"none", Security::none}},
                                      [](MailSettings& mail) -> Security& { return mail.security; })},
      {"user", "\"\"", "Whom to log in as; empty: no login.", text(&MailSettings::user, anything)},
      {"password", "\"\"", "The password; \"@/path\" reads it from a file.", text(&MailSettings::password, anything)},
      {"ca_file", "\"\"", "A file of authorities to believe instead of the system's.",
       text(&MailSettings::ca_file, is_absolute_or_empty)},
      {"program", "\"/usr/sbin/sendmail\"", "The program that transport = \"sendmail\" hands mails to.",
       text(&MailSettings::program, is_absolute_program)},
      {"per_run", "20", "How many mails one run of claimcheck-cron sends at most.",
       count(&MailSettings::per_run, 1, 1'000'000)},
      {"per_hour", "50", "How many mails are sent in an hour at most; hosts lock out who sends more.",
       count(&MailSettings::per_hour, 1, 1'000'000)},
      {"attach_up_to", "\"1 MiB\"", "Files of a message are attached up to this size; larger ones become links.",
       bytes<MailSettings>(
           parse_size, [](MailSettings& mail) -> std::uint64_t& { return mail.attach_up_to; }, "1 MiB")},
      {"templates", "\"\"", "A folder with your own texts in place of the ones that come with claimcheck.",
       text(&MailSettings::templates, is_absolute_or_empty)},
      {"key", "\"\"",
       "What seals mails that wait in the database, at least 32 characters, the same on all machines; \"@/path\" reads it from "
       "a "
       "file. Without it: the file mail.key beside this one, which the command line makes.",
       text(&MailSettings::key, is_key_or_empty)},
  };
  return settings;
}

const std::vector<Setting<OrphanSettings>>& orphan_settings() {
  static const std::vector<Setting<OrphanSettings>> settings{
      {"folder", "", "A folder whose leftovers claimcheck-cron removes, as an absolute path. Required.",
       text(&OrphanSettings::folder, is_absolute)},
      {"patterns", "", "Names of files to remove, such as [\"*.part\", \"tmp-*\"]. Required.", set_patterns},
      {"older_than", "\"24h\"", "How long ago a file must have changed last.",
       duration<OrphanSettings>([](OrphanSettings& orphans) -> seconds& { return orphans.older_than; }, seconds{60},
                                longest_ttl)},
  };
  return settings;
}

}  // namespace claimcheck::config
