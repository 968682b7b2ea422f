#include "config/setters.h"
#include "core/file_path.h"

namespace claimcheck::config {
namespace {

Wrong is_url_path(const std::string& path) {
  if (path.empty() ||
      (path.size() > 1 && path.front() == '/' && path.back() != '/' && path.find_first_of(" \t?#%\"") == std::string::npos))
    return std::nullopt;
  return "must be a URL path with a slash in front and none at the end, such as \"/wp-content/uploads/claimcheck\"";
}

Wrong is_bucket(const std::string& name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (name.size() > 222 || name.find_first_not_of(letters) != std::string::npos || name == "." || name == "..")
    return "must be the name of a bucket: letters, digits, -, _ and .";
  return std::nullopt;
}

Wrong is_endpoint(const std::string& url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  const std::string host = web ? url.substr(url.find("://") + 3) : "";
  if (!url.empty() && (host.empty() || host.find_first_of("/ \t\"<>?#@%") != std::string::npos))
    return "must be https:// and a host, with nothing behind it but a port, such as \"https://s3.example.com:9000\"";
  return std::nullopt;
}

Wrong is_region(const std::string& name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  if (name.empty() || name.find_first_not_of(letters) != std::string::npos)
    return "must be the name of a region, such as \"eu-central-1\"";
  return std::nullopt;
}

Wrong is_key_prefix(const std::string& prefix) {
  if (prefix.size() > 200 || prefix.starts_with("/") || (!prefix.empty() && !prefix.ends_with("/")) || !is_utf8(prefix) ||
      has_control_octet(prefix))
    return "must end with a slash and have none in front, such as \"releases/\"";
  return std::nullopt;
}

bool is_hexadecimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_key(std::string_view text) {
  constexpr std::size_t digits = 64;
  return text.size() == digits && is_hexadecimal(text);
}

Wrong is_key_or_empty(const std::string& text) {
  if (text.empty() || is_key(text)) return std::nullopt;
  return "must be 64 hexadecimal digits";
}

Wrong is_profile_key(const std::string& text) {
  const std::size_t first = text.find(':'), second = text.find(':', first + 1);
  const std::string_view whole{text};
  const bool sealed = first != std::string::npos && second != std::string::npos && is_hexadecimal(whole.substr(0, first)) &&
                      is_hexadecimal(whole.substr(first + 1, second - first - 1)) && is_hexadecimal(whole.substr(second + 1));
  if (is_key(text) || sealed) return std::nullopt;
  return "must be 64 hexadecimal digits, or iv:tag:ciphertext in hexadecimal digits";
}

}  // namespace

const std::vector<Setting<StorageSettings>>& storage_settings() {
  static const std::vector<Setting<StorageSettings>> settings{
      {"kind", "\"directory\"",
       "What keeps the files: a folder (\"directory\"), a folder of encrypted backups (\"encrypted\"), or a bucket of Google "
       "Cloud Storage (\"gcs\") or of Amazon S3 and "
       "services "
       "like it (\"s3\").",
       word(&StorageSettings::kind, {"directory", "encrypted", "gcs", "s3"})},
      {"root", "", "The folder, as an absolute path; a bucket has none. Lock it with `claimcheck lock install`. Required.",
       text(&StorageSettings::root, is_absolute)},
      {"delivery", "\"stream\"",
       "Who sends the files: \"stream\" (the worker), or the web server: \"local\" (Apache with mod_fcgid or CGI), "
       "\"xsendfile\" "
       "(mod_xsendfile, lighttpd), \"accel\" (nginx), \"litespeed\"; `claimcheck doctor` proves which one works. A bucket has "
       "\"stream\", or \"redirect\": visitors are sent to a signed URL of "
       "the bucket.",
       choice<StorageSettings, HandOff>({hand_off_words.begin(), hand_off_words.end()},
                                        [](StorageSettings& storage) -> HandOff& { return storage.hand_off; })},
      {"url", "\"\"",
       "The folder's URL path on the site, such as \"/wp-content/uploads/claimcheck\"; local, accel and litespeed need it.",
       text(&StorageSettings::url, is_url_path)},
      {"bucket", "\"\"", "The bucket's name. Required for buckets.", text(&StorageSettings::bucket, is_bucket)},
      {"endpoint", "\"\"",
       "Where the bucket is, such as \"https://s3.us-west-004.backblazeb2.com\". Without it Google's, or Amazon's in `region`.",
       text(&StorageSettings::endpoint, is_endpoint)},
      {"region", "\"us-east-1\"", "s3: the bucket's region; \"auto\" at Cloudflare R2.",
       text(&StorageSettings::region, is_region)},
      {"url_style", "\"path\"",
       "Where URLs name the bucket: in the path (\"path\"), in front of the host (\"virtual\"), or nowhere, since the endpoint "
       "is the "
       "bucket's own (\"bound\").",
       choice<StorageSettings, UrlStyle>(
           {{"path", UrlStyle::path}, {"virtual", UrlStyle::virtual_host}, {"bound", UrlStyle::bound}},
           [](StorageSettings& storage) -> UrlStyle& { return storage.url_style; })},
      {"prefix", "\"\"", "What the names of all files begin with in the bucket, such as \"releases/\"; links leave it out.",
       text(&StorageSettings::prefix, is_key_prefix)},
      {"access_key", "\"\"", "s3: the ID of an access key that may read objects. Required for s3.",
       text(&StorageSettings::access_key, anything)},
      {"secret_key", "\"\"", "s3: its secret; \"@/path\" reads it from a file. Required for s3.",
       text(&StorageSettings::secret_key, anything)},
      {"session_token", "\"\"", "s3: of temporary credentials; \"@/path\" reads it from a file.",
       text(&StorageSettings::session_token, anything)},
      {"service_account", "\"\"",
       "gcs: the JSON key file of a service account that may read objects, as an absolute path. Required for gcs.",
       text(&StorageSettings::service_account, is_absolute_or_empty)},
      {"ca_file", "\"\"", "Certificates of the authorities that may vouch for the endpoint; without it the system's.",
       text(&StorageSettings::ca_file, is_absolute_or_empty)},
      {"private_addresses", "false",
       "Whether the endpoint may be in a private network, or on this machine; http:// is for these only.",
       flag<StorageSettings>([](StorageSettings& storage) -> bool& { return storage.private_addresses; })},
      {"url_lifetime", "\"1h\"",
       "How long a URL that a visitor is redirected to lives; no longer than the link itself. A download may take longer.",
       duration<StorageSettings>([](StorageSettings& storage) -> seconds& { return storage.url_lifetime; }, seconds{1},
                                 seconds{7 * 24 * 3600})},
  };
  return settings;
}

const std::vector<Setting<ProfileSettings>>& profile_settings() {
  static const std::vector<Setting<ProfileSettings>> settings{
      {"key", "",
       "The key: 64 hexadecimal digits, or iv:tag:ciphertext as DBackup's database has it; \"@/path\" reads it from a file. "
       "Required.",
       text(&ProfileSettings::key, is_profile_key)},
      {"system_key", "\"\"",
       "What opens `key` if it is iv:tag:ciphertext: DBackup's ENCRYPTION_KEY; \"@/path\" reads it from a file.",
       text(&ProfileSettings::system_key, is_key_or_empty)},
  };
  return settings;
}

}  // namespace claimcheck::config
