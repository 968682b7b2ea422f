#include "fcgi/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <utility>

#include "core/ascii.h"
#include "core/error.h"
#include "core/file_path.h"
#include "core/percent_encoding.h"
#include "fcgi/preview_agents.h"

namespace claimcheck::fcgi {
namespace {

/// How much of a body that is too large is taken all the same, so that its sender reads the answer.
constexpr std::uint64_t most_discarded = 1024ULL * 1024;

Method method_of(const Variables& variables) {
  const auto name = variables("REQUEST_METHOD");
  if (!name || name->empty()) throw bad_value("REQUEST_METHOD", "The web server sent no request method.");
  if (*name == "GET") return Method::get;
  if (*name == "HEAD") return Method::head;
  if (*name == "POST") return Method::post;
  if (*name == "OPTIONS") return Method::options;
  return Method::other;
}

/// The request target without its query, or PATH_INFO put back under the prefix.
std::string target_path(const Variables& variables, const Site& site) {
  if (auto uri = variables("REQUEST_URI"); uri && !uri->empty()) {
    std::string_view path = uri->substr(0, uri->find('?'));
    if (const std::size_t scheme = path.find("://"); scheme != std::string_view::npos && path.front() != '/') {
      const std::size_t slash = path.find('/', scheme + 3);
      path = slash == std::string_view::npos ? "/" : path.substr(slash);
    }
    return std::string{path};
  }
  if (const auto info = variables("PATH_INFO"); info && !info->empty()) {
    std::string path = site.prefix;
    for (std::size_t begin = 1; begin <= info->size();) {
      const std::size_t end = std::min(info->find('/', begin), info->size());
      path += "/" + percent_encoded(info->substr(begin, end - begin));
      begin = end + 1;
    }
    return path;
  }
  throw bad_value("REQUEST_URI", "The web server sent no request path.");
}

constexpr std::pair<std::string_view, Surface> surfaces[] = {
    {"/api/downloads", Surface::purchase}, {"/api/storage", Surface::storage}, {"/api/public/download", Surface::public_link}};

/// Takes `beginning` and the end of its last segment off the path. @return whether the path begins so
bool take_beginning(std::string_view& path, std::string_view beginning) {
  if (!path.starts_with(beginning) || (path.size() > beginning.size() && path[beginning.size()] != '/')) return false;
  path.remove_prefix(beginning.size());
  return true;
}

/// Takes the surface's own path off. Those of shops and others are found beneath the prefix and beside it.
std::optional<Surface> take_surface(std::string_view& path, const Site& site) {
  const bool beneath = take_beginning(path, site.prefix);
  for (const auto& [beginning, surface] : surfaces)
    if (take_beginning(path, beginning)) return surface;
  return beneath ? std::optional{Surface::native} : std::nullopt;
}

/// Fills `surface`, `path` and `outside`.
void split_path(std::string_view path, const Site& site, Request& request) {
  request.outside = true;
  if (path.size() > longest_path) return;
  const auto surface = take_surface(path, site);
  if (!surface) return;
  request.surface = *surface;
  std::vector<std::string> segments;
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    auto segment = percent_decoded(path.substr(begin, end - begin));
    if (!segment || has_control_octet(*segment)) return;
    segments.push_back(std::move(*segment));
    begin = end + 1;
  }
  if (!segments.empty() && segments.back().empty()) segments.pop_back();  // a trailing slash
  request.path = std::move(segments);
  request.outside = false;
}

std::string header(const Variables& variables, const char* name) {
  return std::string{variables(name).value_or("")};
}

bool asks_ahead(const Variables& variables) {
  if (is_preview_agent(variables("HTTP_USER_AGENT").value_or(""))) return true;
  return std::ranges::any_of(std::array{"HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"},
                             [&](const char* name) {
                               const std::string value = lower(header(variables, name));
                               return value.find("prefetch") != std::string::npos || value.find("preview") != std::string::npos;
                             });
}

/// WordPress's own rules set HTTP_AUTHORIZATION to an empty string; after a rewrite Apache adds REDIRECT_ in front.
std::string bearer_of(const Variables& variables) {
  std::string value = header(variables, "HTTP_AUTHORIZATION");
  if (value.empty()) value = header(variables, "REDIRECT_HTTP_AUTHORIZATION");
  constexpr std::string_view scheme = "bearer ";
  if (lower(value.substr(0, scheme.size())) != scheme) return {};
  const std::size_t begin = value.find_first_not_of(' ', scheme.size());
  return begin == std::string::npos ? std::string{} : value.substr(begin);
}

/// Words with spaces between them, set by the blocks and snippets that we write; clients have no way to it.
std::vector<HandOff> hand_offs_of(const Variables& variables) {
  std::vector<HandOff> announced;
  std::istringstream words{header(variables, "CLAIMCHECK_HAND_OFF")};
  for (std::string word; words >> word;)
    if (const auto hand_off = parse_hand_off(word)) announced.push_back(*hand_off);
  return announced;
}

/// A request's body, or why there is none that could be used.
struct Body {
  std::string text;
  std::optional<Error> fault;
};

/// Takes the body off the line, and what is too large for us within bounds: a CGI program that ends with its input unread
/// takes its answer with it.
Body take_body(const Variables& variables, const BodyReader& read_body) {
  const std::string_view text = variables("CONTENT_LENGTH").value_or("");
  if (text.empty()) return {};
  std::uint64_t length = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (fault == std::errc::result_out_of_range) return {.text = {}, .fault = Error{Errc::payload_too_large}};
  if (fault != std::errc{} || end != text.data() + text.size())
    return {.text = {}, .fault = bad_value("Content-Length", "Content-Length must be a whole number.")};
  Body body{.text = read_body(std::min(length, most_discarded)), .fault = {}};
  if (length > longest_body) return {.text = {}, .fault = Error{Errc::payload_too_large}};
  if (body.text.size() < length) body.fault = bad_value("body", "The body is shorter than Content-Length says.");
  return body;
}

}  // namespace

std::map<std::string, std::string> parameters_of(std::string_view text) {
  std::map<std::string, std::string> parameters;
  if (text.size() > longest_path) throw bad_value("query", "The query is too long.");
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('&', begin), text.size());
    const std::string_view pair = text.substr(begin, end - begin);
    begin = end + 1;
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decoded(pair.substr(0, equals));
    auto value = percent_decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{});
    if (!name || !value) throw bad_value("query", "A percent sign in the query is not followed by two hexadecimal digits.");
    if (!parameters.emplace(*name, std::move(*value)).second) throw bad_value("query", "A query parameter is there twice.");
  }
  return parameters;
}

Format format_for(std::string_view accept) {
  const std::string wanted = lower(accept);
  if (wanted.find("text/html") != std::string::npos) return Format::html;
  if (wanted.find("application/json") != std::string::npos) return Format::json;
  return Format::text;
}

Request parse_request(const Variables& variables, const BodyReader& read_body, const Site& site, IpLog ip_log) {
  Body body = take_body(variables, read_body);
  Request request;
  request.method = method_of(variables);
  split_path(target_path(variables, site), site, request);
  request.query = parameters_of(variables("QUERY_STRING").value_or(""));
  request.format = format_for(variables("HTTP_ACCEPT").value_or(""));
  request.language = preferred_language(variables("HTTP_ACCEPT_LANGUAGE").value_or(""), site.language);
  request.prefetch = asks_ahead(variables);
  request.range = header(variables, "HTTP_RANGE");
  request.conditions = {.if_match = header(variables, "HTTP_IF_MATCH"),
                        .if_none_match = header(variables, "HTTP_IF_NONE_MATCH"),
                        .if_modified_since = header(variables, "HTTP_IF_MODIFIED_SINCE"),
                        .if_unmodified_since = header(variables, "HTTP_IF_UNMODIFIED_SINCE"),
                        .if_range = header(variables, "HTTP_IF_RANGE")};
  request.bearer = bearer_of(variables);
  request.front_end = {.software = header(variables, "SERVER_SOFTWARE"), .gate = header(variables, "CLAIMCHECK_GATE")};
  const std::string client =
      client_address(header(variables, "REMOTE_ADDR"), header(variables, "HTTP_X_FORWARDED_FOR"), site.trusted_proxies);
  request.idempotency_key = header(variables, "HTTP_IDEMPOTENCY_KEY");
  request.stripe_signature = header(variables, "HTTP_STRIPE_SIGNATURE");
  request.origin = header(variables, "HTTP_ORIGIN");
  request.client = canonical(client);
  request.network = recorded(client, ip_log);
  request.client_network = anonymised(client);
  request.hand_offs = hand_offs_of(variables);
  if (request.method == Method::post) {
    if (body.fault) throw Error{*body.fault};
    request.body = std::move(body.text);
  }
  return request;
}

}  // namespace claimcheck::fcgi
