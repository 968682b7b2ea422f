#include "fcgi/office.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "core/ascii.h"
#include "core/error.h"
#include "core/representation.h"
#include "core/secret.h"
#include "fcgi/embedded_file.h"
#include "fcgi/pages/accent.h"

namespace claimcheck::fcgi {
namespace {

/// In this order: what begins something as it is read comes last.
constexpr std::array script_files{
    "office/words.js",        "office/elements.js",      "office/server.js",      "office/notices.js",    "office/dialogs.js",
    "office/fields.js",       "office/copying.js",       "office/countdown.js",   "office/tables.js",     "office/new_link.js",
    "office/browse_files.js", "office/create_link.js",   "office/charts.js",      "office/figures.js",    "office/dashboard.js",
    "office/token_list.js",   "office/token_actions.js", "office/token_story.js", "office/token_page.js", "office/cleanup.js",
    "office/keys.js",         "office/sign_in.js",       "office/frame.js"};

/// The page may load its own files and ask its own server, and nothing else: no script within it runs.
constexpr const char* content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

struct Asset {
  std::string name;  ///< "office.0123456789abcdef.js"
  const char* type;
  std::string text;
};

Asset asset(const char* ending, const char* type, std::string text) {
  constexpr std::size_t digits = 16;
  std::string name = fmt::format("office.{}.{}", Digest::of(text).hex().substr(0, digits), ending);
  return {.name = std::move(name), .type = type, .text = std::move(text)};
}

/// A file as it travels: without the indentation and the comments, which are a fifth of it. No text of ours has lines of its
/// own.
std::string without_layout(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty() && !line.starts_with("//")) kept.append(line).append("\n");
    text.remove_prefix(end);
  }
  return kept;
}

/// What is said: by its key, in English and in German.
Json dictionary() {
  const Json english = Json::parse(embedded_file("office/en.json")), german = Json::parse(embedded_file("office/de.json"));
  Json both = Json::object();
  for (const auto& [key, words] : english.items()) both[key] = {words, german.at(key)};
  return both;
}

/// All files of the script as one function, so that their names are nobody else's.
std::string script() {
  std::string text = "(() => {\n\"use strict\";\nconst dictionary = " + dictionary().dump() + ";\n";
  for (const char* file : script_files) text += without_layout(embedded_file(file));
  return text + "})();\n";
}

const Asset& script_asset() {
  static const Asset made = asset("js", "text/javascript; charset=utf-8", script());
  return made;
}

/// In the site's colour.
Asset style_asset(const Site& site) {
  static const std::string sheet = without_layout(embedded_file("pages/theme.css")) +
                                   without_layout(embedded_file("office/controls.css")) +
                                   without_layout(embedded_file("office/office.css"));
  return asset("css", "text/css; charset=utf-8", sheet + accent_rule(site.color));
}

}  // namespace

Answer show_office(const Services& services, const Request&, Subject&) {
  Reply reply;
  add_common_headers(reply);
  reply.set("Content-Type", "text/html; charset=utf-8");
  reply.set("Content-Security-Policy", content_security_policy);
  reply.text = fmt::format(fmt::runtime(embedded_file("office/office.html")),
                           fmt::arg("style", style_asset(services.site).name), fmt::arg("script", script_asset().name));
  return {.reply = std::move(reply), .delivery = {}};
}

Answer show_office_asset(const Services& services, const Request& request, Subject&) {
  const std::string& wanted = request.path.back();
  const Asset asset = wanted == script_asset().name ? script_asset() : style_asset(services.site);
  if (asset.name != wanted) throw Error{Errc::invalid_token, "the office has no such file"};
  Reply reply;
  add_common_headers(reply);
  for (auto& [name, value] : reply.headers)
    if (name == "Cache-Control") value = "public, max-age=31536000, immutable";
  reply.set("Content-Type", asset.type);
  reply.text = asset.text;
  return {.reply = std::move(reply), .delivery = {}};
}

}  // namespace claimcheck::fcgi
