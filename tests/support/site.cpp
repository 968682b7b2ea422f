#include "tests/support/site.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "config/config.h"
#include "tests/support/connection.h"
#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* month = "2026/11";

constexpr const char* wordpress_htaccess = R"(# BEGIN WordPress
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]
RewriteBase /
RewriteRule ^index\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
</IfModule>
# END WordPress
)";

fs::path program(const std::string& name) {
  return fs::path{CLAIMCHECK_BIN_DIR} / name;
}

std::string words_of(const std::vector<std::string>& words) {
  std::string text = "claimcheck";
  for (const auto& word : words) text += " " + word;
  return text;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string configuration(const fs::path& folder, const fs::path& uploads, int port, const std::string& store_url) {
  return fmt::format(R"([site]
url = "http://127.0.0.1:{port}"
prefix = "/dl"
name = "Example"
support = "support@example.com"

[store]
url = "{store}"
table_prefix = "wp_claimcheck_"

[storage.uploads]
kind = "directory"
root = "{uploads}"

[policy.default]
ttl = "24h"
max_uses = 1
grace = "1h"
confirm = "auto"

[policy.open]
max_uses = 0

[log]
file = "{folder}/log/claimcheck.log"
level = "info"
)",
                     fmt::arg("port", port), fmt::arg("folder", folder.string()), fmt::arg("uploads", uploads.string()),
                     fmt::arg("store", store_url.empty() ? "sqlite:" + (folder / "data/claimcheck.db").string() : store_url));
}

/// Tests open many links that lead nowhere, all from one address.
const std::string unlimited_guesses = "[limits]\nguesses_per_minute = 1000000000\nfailed_keys_per_minute = 1000000000\n";

}  // namespace

Finished claimcheck_command(const fs::path& config, const std::vector<std::string>& words) {
  std::vector<std::string> argv{program("claimcheck").string(), "--config", config.string()};
  argv.insert(argv.end(), words.begin(), words.end());
  return run(as_site_user(argv));
}

Site::Site(const std::string& store_url, const std::string& more_toml) : port_(free_port()) {
  fs::create_directories(uploads() / month);
  fs::create_directories(docroot() / "claimcheck");
  fs::create_directories(docroot() / "wp-content/uploads/2026/11");
  fs::create_directories(folder_ / "log");
  fs::create_directories(folder_ / "data");
  write_file(docroot() / "index.php", "<?php // The front page.\n");
  write_file(docroot() / ".htaccess", wordpress_htaccess);
  write_file(docroot() / "wp-content/uploads/2026/11/public.txt", "anybody may read this\n");
  fs::copy_file(program("claimcheck.fcgi"), worker());
  const bool has_limits = more_toml.find("[limits]") != std::string::npos;
  write_file(config(),
             configuration(folder(), uploads(), port_, store_url) + (has_limits ? "" : unlimited_guesses) + more_toml);
  give_to_site_user(folder());
  if (::chmod(config().c_str(), 0600) != 0)
    throw std::system_error(errno, std::generic_category(), "chmod " + config().string());
  require({"migrate"});
  require({"lock", "install", uploads().string()});
  require({"site", "install", docroot().string(), "--worker-dir", worker().parent_path().string()});
}

StoreSettings Site::store() const {
  return config::load(config()).config.store;
}

std::string Site::add_file(const std::string& name, const std::string& content,
                           std::optional<std::chrono::sys_seconds> modified) {
  const fs::path file = uploads() / month / name;
  write_file(file, content);
  if (modified) fs::last_write_time(file, std::chrono::file_clock::from_sys(*modified));
  give_to_site_user(file);
  return month + ("/" + name);
}

void Site::deliver_by(const std::string& word) const {
  std::string text = read_file(config());
  const std::string storage = "[storage.uploads]\n";
  text.insert(text.find(storage) + storage.size(),
              fmt::format("delivery = \"{}\"\nurl = \"/wp-content/uploads/claimcheck\"\n", word));
  write_file(config(), text);
}

void Site::require(const std::vector<std::string>& words) const {
  const Finished finished = command(words);
  if (finished.status != 0)
    throw std::runtime_error(fmt::format("{}: exit {}\n{}{}", words_of(words), finished.status, finished.out, finished.err));
}

nlohmann::json Site::ask(const std::vector<std::string>& words) const {
  std::vector<std::string> with_json = words;
  with_json.emplace_back("--json");
  const Finished finished = command(with_json);
  if (finished.status != 0)
    throw std::runtime_error(fmt::format("{}: exit {}\n{}{}", words_of(words), finished.status, finished.out, finished.err));
  return nlohmann::json::parse(finished.out);
}

Issued Site::issue(const std::string& file, const IssueOptions& options) const {
  std::vector<std::string> words{"issue", file, "--policy", options.policy};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  };
  add("--uses", options.uses ? std::to_string(*options.uses) : "");
  add("--ttl", options.ttl);
  add("--email", options.email);
  add("--filename", options.filename);
  add("--storage", options.storage);
  const nlohmann::json token = ask(words);
  const std::string url = token.at("url"), origin = fmt::format("http://127.0.0.1:{}", port_);
  if (!url.starts_with(origin + "/")) throw std::runtime_error("a link to another site: " + url);
  return {.id = token.at("id"), .secret = token.at("secret"), .url = url, .path = url.substr(origin.size())};
}

nlohmann::json Site::show(const std::string& id) const {
  return ask({"token", "show", id});
}

std::string Site::socket_address(const std::string& name) const {
  return "unix:" + (folder_ / ("data/" + name + ".sock")).string();
}

std::vector<std::string> Site::cron_command(const std::vector<std::string>& options) const {
  std::vector<std::string> argv{program("claimcheck-cron").string(), "--config", config().string()};
  argv.insert(argv.end(), options.begin(), options.end());
  return as_site_user(argv);
}

Finished Site::cron(const std::vector<std::string>& options) const {
  return run(cron_command(options), std::chrono::seconds{600});
}

std::unique_ptr<Process> Site::start_cron(const std::vector<std::string>& options) const {
  return std::make_unique<Process>(cron_command(options), folder() / "log/cron.log");
}

std::unique_ptr<Process> Site::start_worker(const std::string& name, int threads, const std::string& store_url) {
  const std::string address = socket_address(name);
  fs::path own_config = config();
  if (!store_url.empty()) {
    own_config = folder_ / (name + ".toml");
    std::string text = read_file(config());
    const std::size_t begin = text.find("url = ", text.find("[store]"));
    text.replace(begin, text.find('\n', begin) - begin, fmt::format("url = \"{}\"", store_url));
    write_file(own_config, text);
    give_to_site_user(own_config);
  }
  const fs::path output = folder_ / ("log/" + name + ".out");
  auto process = std::make_unique<Process>(as_site_user({worker().string(), "--config", own_config.string(), "--listen",
                                                         address, "--threads", std::to_string(threads)}),
                                           output);
  wait_until("the worker listens on " + address, [&] {
    if (!process->running()) throw std::runtime_error("the worker ended: " + read_file(output) + log());
    return listens(address);
  });
  return process;
}

std::vector<pid_t> Site::worker_pids() const {
  std::vector<pid_t> pids;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    std::error_code gone;
    if (is_number(name) && fs::read_symlink(entry.path() / "exe", gone) == worker()) pids.push_back(std::stoi(name));
  }
  return pids;
}

std::string Site::log() const {
  const fs::path file = folder_ / "log/claimcheck.log";
  return fs::exists(file) ? read_file(file) : "";
}

}  // namespace claimcheck::test
