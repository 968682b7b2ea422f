#include "fcgi/routes.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "fcgi/download.h"
#include "fcgi/health.h"
#include "fcgi/message_api.h"
#include "fcgi/operator_report.h"
#include "fcgi/privacy_api.h"
#include "fcgi/token_api.h"

namespace claimcheck::fcgi {
namespace {

// Fixed segments come before "*": the first match wins.
constexpr std::array table{
    Route{"healthz", "healthz", "GET, HEAD", show_health},
    Route{"readyz", "readyz", "GET, HEAD", show_readiness},
    Route{"tokens.list", "v1/tokens", "GET, HEAD, POST", list_or_issue_tokens},
    Route{"tokens.show", "v1/tokens/*", "GET, HEAD", show_token},
    Route{"tokens.revoke", "v1/tokens/*/revoke", "POST", revoke_token},
    Route{"messages", "v1/messages", "POST", send_message},
    Route{"privacy.export", "v1/privacy/export", "POST", export_personal_data},
    Route{"privacy.erase", "v1/privacy/erase", "POST", erase_personal_data},
    Route{"doctor", "v1/doctor", "POST", report_to_operator},
    Route{"link", "*", "GET, HEAD, POST", open_link},
    Route{"claim", "*/*/*", "GET, HEAD", open_claim},
};

bool matches(std::string_view pattern, const std::vector<std::string>& path) {
  for (const std::string& segment : path) {
    if (pattern.empty()) return false;
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view expected = pattern.substr(0, end);
    if (expected != "*" && expected != segment) return false;
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return pattern.empty();
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "another";
}

bool is_api(const Request& request) {
  return !request.path.empty() && request.path.front() == "v1";
}

}  // namespace

std::span<const Route> routes() {
  return table;
}

const Route& route_of(const Request& request) {
  if (request.outside) throw Error{Errc::invalid_token, "the path is malformed or not beneath the prefix"};
  if (request.path.empty()) throw Error{Errc::missing_token};
  const auto route = std::ranges::find_if(table, [&](const Route& each) {
    return matches(each.pattern, request.path) && (!is_api(request) || each.pattern.starts_with("v1/"));
  });
  if (route == table.end()) throw Error{Errc::invalid_token, "no route has this path"};
  return *route;
}

void require_method(const Route& route, const Request& request) {
  if (route.methods.find(name_of(request.method)) == std::string_view::npos)
    throw Error{Errc::method_not_allowed, {}, {{"allow", std::string{route.methods} + ", OPTIONS"}}};
}

Format answer_format(const Request& request) {
  return is_api(request) ? Format::json : request.format;
}

}  // namespace claimcheck::fcgi
