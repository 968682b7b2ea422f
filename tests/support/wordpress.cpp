#include "tests/support/wordpress.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "tests/support/web_user.h"

namespace claimcheck::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* user = "administrator";
constexpr const char* password = "correct horse battery staple";

/// Nothing goes out, and nothing happens that a test did not ask for.
std::string configuration(const WordPress::Place& place) {
  return fmt::format(R"(<?php
define('DB_NAME', '{schema}');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
$table_prefix = '{prefix}';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
)",
                     fmt::arg("schema", place.schema), fmt::arg("socket", place.database_socket),
                     fmt::arg("prefix", place.table_prefix));
}

/// WordPress finds its configuration beside its programs, so these are copied; what they include and serve is not.
void put_files(const fs::path& folder) {
  const fs::path package = "/usr/share/wordpress";
  fs::create_directories(folder / "wp-content/uploads");
  for (const auto& entry : fs::directory_iterator(package)) {
    if (entry.path().extension() == ".php")
      fs::copy_file(entry.path(), folder / entry.path().filename(), fs::copy_options::overwrite_existing);
  }
  fs::copy(package / "wp-admin", folder / "wp-admin", fs::copy_options::recursive);
  for (const char* name : {"wp-includes", "wp-content/themes"}) fs::create_directory_symlink(package / name, folder / name);
}

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

[[noreturn]] void refuse(const std::string& what, const Answer& answer) {
  std::string text = fmt::format("{}: {}\n", what, answer.status);
  for (const auto& [name, value] : answer.headers) text += fmt::format("{}: {}\n", name, value);
  throw std::runtime_error(text + answer.body);
}

void require(bool holds, const std::string& what, const Answer& answer) {
  if (!holds) refuse(what, answer);
}

/// The text between two others.
std::string between(const Answer& page, const std::string& before, const std::string& after) {
  const auto at = page.body.find(before), begin = at + before.size(), end = page.body.find(after, begin);
  require(at != std::string::npos && end != std::string::npos, "no " + before, page);
  return page.body.substr(begin, end - begin);
}

}  // namespace

Answer Browser::submit(const std::string& target, const Fields& form) {
  std::string body;
  for (const auto& [name, value] : form)
    body += fmt::format("{}{}={}", body.empty() ? "" : "&", percent_encoded(name), percent_encoded(value));
  return send({.method = "POST",
               .target = target,
               .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
               .body = std::move(body)});
}

Answer Browser::send(HttpRequest request) {
  std::string kept;
  for (const auto& [name, value] : cookies_) kept += fmt::format("{}{}={}", kept.empty() ? "" : "; ", name, value);
  if (!kept.empty()) request.headers.emplace_back("Cookie", kept);
  Answer answer = fetch(port_, request);
  for (const auto& [field, value] : answer.headers) {
    if (!same_name(field, "Set-Cookie")) continue;
    const auto equals = value.find('=');
    const std::string name = value.substr(0, equals);
    std::erase_if(cookies_, [&](const auto& cookie) { return cookie.first == name; });
    cookies_.emplace_back(name, value.substr(equals + 1, value.find(';') - equals - 1));
  }
  return answer;
}

WordPress::WordPress(const Site& site, Place place)
    : place_(std::move(place)), folder_(site.docroot().string() + place_.path), administrator_(site.port()) {
  put_files(folder_);
  write_file(folder_ / "wp-config.php", configuration(place_));
  give_to_site_user(folder_);
}

void WordPress::install() {
  const Answer installed = administrator_.submit(url("/wp-admin/install.php?step=2"), {{"weblog_title", "Example"},
                                                                                       {"user_name", user},
                                                                                       {"admin_password", password},
                                                                                       {"admin_password2", password},
                                                                                       {"pw_weak", "1"},
                                                                                       {"admin_email", "admin@example.com"},
                                                                                       {"Submit", "Install WordPress"}});
  require(installed.body.find("<h1>Success!</h1>") != std::string::npos, "the installation", installed);
  log_in();
  permalink_nonce_ = between(administrator_.get(url("/wp-admin/options-permalink.php")), R"(name="_wpnonce" value=")", "\"");
}

void WordPress::log_in() {
  administrator_.get(url("/wp-login.php"));  // gives the cookie by which it sees that there are cookies
  const Answer answer = administrator_.submit(url("/wp-login.php"), {{"log", user}, {"pwd", password}, {"testcookie", "1"}});
  require(answer.status == 302, "the login", answer);
}

void WordPress::save_permalinks(const std::string& structure) {
  const std::string page = url("/wp-admin/options-permalink.php");
  const Answer saved = administrator_.submit(page, {{"_wpnonce", permalink_nonce_},
                                                    {"selection", "custom"},
                                                    {"permalink_structure", structure},
                                                    {"category_base", ""},
                                                    {"tag_base", ""}});
  require(saved.status == 302, "saving the permalinks", saved);
  // The rules are written when the page is shown again.
  const Answer shown = administrator_.get(page + "?settings-updated=true");
  require(shown.body.find("Permalink structure updated") != std::string::npos, "the page after saving", shown);
}

std::string WordPress::upload(const std::string& name, const std::string& content) {
  const std::string nonce = administrator_.get(url("/wp-admin/admin-ajax.php?action=rest-nonce")).body;
  const Answer answer =
      administrator_.send({.method = "POST",
                           .target = url("/index.php?rest_route=/wp/v2/media"),
                           .headers = {{"X-WP-Nonce", nonce},
                                       {"Content-Type", "text/plain"},
                                       {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", name)}},
                           .body = content});
  require(answer.status == 201, "the upload", answer);
  const std::string address = nlohmann::json::parse(answer.body).at("source_url");
  return address.substr(address.find('/', address.find("//") + 2));
}

}  // namespace claimcheck::test
