#include "config/settings.h"

#include <filesystem>
#include <fstream>

#include "config/setters.h"
#include "core/quantity.h"

namespace claimcheck::config {
namespace {

/// A stalled delivery must be given up before the store takes its worker for dead (counting::dead_after).
constexpr seconds longest_stall{45};
const std::filesystem::path zones = "/usr/share/zoneinfo";

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

Wrong is_table_prefix(const std::string& prefix) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (prefix.size() > 32 || prefix.find_first_not_of(letters) != std::string::npos)
    return "must be at most 32 letters, digits and underscores";
  return std::nullopt;
}

Wrong is_url_path_or_empty(const std::string& path) {
  const bool local = path.starts_with('/') && !path.starts_with("//");
  if (!path.empty() && (!local || path.find_first_of(" \t\"'<>\\") != std::string::npos))
    return "must be a path on this site that begins with one slash, such as \"/logo.svg\": pages load nothing from elsewhere";
  return std::nullopt;
}

Wrong is_color_or_empty(const std::string& color) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  if (color.empty() || (color.size() == 7 && color[0] == '#' && color.find_first_not_of(digits, 1) == std::string::npos))
    return std::nullopt;
  return "must be a colour of six hexadecimal digits, such as \"#0b5fad\"";
}

Wrong is_listen(const std::string& address) {
  if (address.empty() || address.starts_with("unix:/") || address.starts_with("tcp:127.0.0.1:")) return std::nullopt;
  return "must be \"unix:/path\" or \"tcp:127.0.0.1:PORT\": the worker serves a web server on this machine only";
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

}  // namespace

const std::vector<Setting<Site>>& site_settings() {
  static const std::vector<Setting<Site>> settings{
      {"url", "", "The site's address. Links are built from it, never from what a request says. Required.",
       text(&Site::url, is_site_url)},
      {"prefix", "\"/dl\"", "The URL path under which all of claimcheck's addresses lie.", text(&Site::prefix, is_prefix)},
      {"public_links", "false", "Whether links of the form /api/public/download/SECRET are led here too by what `site` writes.",
       flag<Site>([](Site& site) -> bool& { return site.public_links; })},
      {"storage_links", "false",
       "Whether /api/storage/… is led here too by what `site` writes; the links made there lie beneath `prefix` all the same.",
       flag<Site>([](Site& site) -> bool& { return site.storage_links; })},
      {"name", "\"Downloads\"", "The site's name, as pages show it.", text(&Site::name, anything)},
      {"logo", "\"\"", "The URL path of a picture on this site that pages show beside the name, such as \"/logo.svg\".",
       text(&Site::logo, is_url_path_or_empty)},
      {"color", "\"\"", "The colour of the pages' buttons, such as \"#0b5fad\".", text(&Site::color, is_color_or_empty)},
      {"support", "\"\"", "A mail address or URL that a refused visitor is sent to.", text(&Site::support, anything)},
      {"renewal_url", "\"\"", "Where a visitor whose link has ended can get a new one, such as the page of the shop.",
       text(&Site::renewal_url, is_web_url_or_empty)},
      {"fallback_url", "\"\"", "Where the files can be had while this service is down.",
       text(&Site::fallback_url, is_web_url_or_empty)},
      {"timezone", "\"UTC\"", "The time zone in which mails tell times, such as \"Europe/Berlin\".",
       text(&Site::timezone, is_zone)},
      {"language", "\"en\"",
       "The language of mails, unless a token has another one as its fact \"language\"; and of pages, for those whose browser "
       "asks "
       "for neither English nor German.",
       word(&Site::language, {"en", "de"})},
      {"trusted_proxies", "[]", "Addresses of proxies whose X-Forwarded-For is believed.",
       texts<Site>([](Site& site) -> auto& { return site.trusted_proxies; }, anything, "[\"127.0.0.1\"]")},
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

}  // namespace claimcheck::config
