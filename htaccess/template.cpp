#include "htaccess/template.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/error.h"

namespace claimcheck::htaccess {
namespace {

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

void require_name(std::string_view what, const std::string& name) {
  const auto is_plain = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; };
  if (std::all_of(name.begin(), name.end(), is_plain)) return;
  throw Error{Errc::bad_request,
              fmt::format("{} \"{}\" has other characters than letters, digits, underscores and hyphens", what, name)};
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

}  // namespace

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

Values values_of(const Site& site) {
  require_url_path("the prefix", site.prefix);
  require_url_path("the worker's URL", site.worker_url);
  if (!site.folder_url.empty()) require_url_path("the folder's URL", site.folder_url);
  require_file_path("the socket", site.socket);
  require_name("the upstream", site.upstream);
  if (!site.locked_url.empty()) require_url_path("the locked directory's URL", site.locked_url);
  if (!site.locked_path.empty()) require_file_path("the locked directory", site.locked_path);
  // A folder may be written with a slash at its end; the templates add theirs.
  const std::string locked_path = site.locked_path.substr(0, site.locked_path.find_last_not_of('/') + 1);
  return {{"prefix", site.prefix},
          {"prefix_pattern", as_pattern(site.prefix)},
          {"pattern", as_pattern(site.prefix).substr(1)},
          {"pattern_in_folder", as_pattern(prefix_in_folder(site))},
          {"worker_url", site.worker_url},
          {"socket", site.socket},
          {"upstream", site.upstream},
          {"locked_url", site.locked_url},
          {"locked_pattern", as_pattern(site.locked_url)},
          {"locked_path", locked_path}};
}

std::string filled_for(const Site& site, std::string_view text, const Values& more) {
  Values values = more;
  const Values own = values_of(site);
  values.insert(values.end(), own.begin(), own.end());
  return filled(text, values);
}

std::string filled_for_each_path(std::string_view text, const Site& site, const Values& more) {
  std::string result = filled_for(site, text, more);
  for (const std::string& path : site.beside) {
    if (!path.starts_with(site.folder_url + "/")) continue;
    Site each = site;
    each.prefix = path;
    result += filled_for(each, text, more);
  }
  return result;
}

}  // namespace claimcheck::htaccess
