#include "fcgi/routes.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "fcgi/cleanup_api.h"
#include "fcgi/download.h"
#include "fcgi/health.h"
#include "fcgi/key_api.h"
#include "fcgi/message_api.h"
#include "fcgi/metrics_api.h"
#include "fcgi/office.h"
#include "fcgi/openapi.h"
#include "fcgi/operator_report.h"
#include "fcgi/overview_api.h"
#include "fcgi/policy_api.h"
#include "fcgi/privacy_api.h"
#include "fcgi/purchase_api.h"
#include "fcgi/renew.h"
#include "fcgi/stats_api.h"
#include "fcgi/storage_api.h"
#include "fcgi/storages_api.h"
#include "fcgi/stripe_webhook.h"
#include "fcgi/token_api.h"
#include "fcgi/validate_api.h"

namespace claimcheck::fcgi {
namespace {

// Fixed segments come before "*": the first match wins.
constexpr std::array table{
    Route{"healthz", "healthz", "GET, HEAD", show_health},
    Route{"readyz", "readyz", "GET, HEAD", show_readiness},
    Route{"tokens.list", "v1/tokens", "GET, HEAD, POST", list_or_issue_tokens},
    Route{"tokens.show", "v1/tokens/*", "GET, HEAD", show_token},
    Route{"tokens.extend", "v1/tokens/*/extend", "POST", extend_token},
    Route{"tokens.regenerate", "v1/tokens/*/regenerate", "POST", regenerate_token},
    Route{"tokens.revoke", "v1/tokens/*/revoke", "POST", revoke_token},
    Route{"tokens.restore", "v1/tokens/*/restore", "POST", restore_token},
    Route{"key", "v1/key", "GET, HEAD", show_own_key},
    Route{"keys.list", "v1/keys", "GET, HEAD, POST", list_or_add_keys},
    Route{"keys.revoke", "v1/keys/*/revoke", "POST", revoke_key},
    Route{"overview", "v1/overview", "GET, HEAD", show_overview},
    Route{"policies", "v1/policies", "GET, HEAD", list_policies},
    Route{"storages", "v1/storages", "GET, HEAD", list_storages},
    Route{"storages.files", "v1/storages/*/files", "GET, HEAD", list_files},
    Route{"cleanup", "v1/cleanup", "POST", clean_up},
    Route{"files.validate", "v1/files/validate", "POST", validate_file},
    Route{"messages", "v1/messages", "POST", send_message},
    Route{"privacy.export", "v1/privacy/export", "POST", export_personal_data},
    Route{"privacy.erase", "v1/privacy/erase", "POST", erase_personal_data},
    Route{"stats", "v1/stats", "GET, HEAD", show_statistics},
    Route{"metrics", "metrics", "GET, HEAD", show_metrics},
    Route{"webhooks.stripe", "v1/webhooks/stripe", "POST", take_stripe_event},
    Route{"doctor", "v1/doctor", "POST", report_to_operator},
    Route{"openapi", "openapi.json", "GET, HEAD", show_openapi},
    Route{"office", "admin", "GET, HEAD", show_office},
    Route{"office.asset", "assets/*", "GET, HEAD", show_office_asset},
    Route{"link", "*", "GET, HEAD, POST", open_link},
    Route{"renew", "*/renew", "POST", renew_link},
    Route{"claim", "*/*/*", "GET, HEAD", open_claim},
    Route{"purchase.issue", "generate-token", "POST", generate_token, Surface::purchase},
    Route{"purchase.macos", "macos", "POST", fetch_product, Surface::purchase},
    Route{"purchase.windows", "windows", "POST", fetch_product, Surface::purchase},
    Route{"purchase.linux", "linux", "POST", fetch_product, Surface::purchase},
    Route{"purchase.stats", "stats", "GET, HEAD", show_sales, Surface::purchase},
    Route{"storage.link", "public-download", "GET, HEAD, POST", open_storage_link, Surface::storage},
    Route{"storage.issue", "*/download-url", "POST", make_download_url, Surface::storage},
    Route{"public.link", "*", "GET, HEAD, POST", open_link, Surface::public_link},
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

}  // namespace

std::span<const Route> routes() {
  return table;
}

bool is_api(const Request& request) {
  if (request.surface == Surface::storage) return request.path.size() > 1;
  return request.surface == Surface::native && !request.path.empty() && request.path.front() == "v1";
}

const Route& route_of(const Request& request) {
  if (request.outside) throw Error{Errc::invalid_token, "the path is malformed or not beneath the prefix"};
  if (request.path.empty()) throw Error{Errc::missing_token};
  const auto route = std::ranges::find_if(table, [&](const Route& each) {
    if (each.surface != request.surface || !matches(each.pattern, request.path)) return false;
    // Nothing under /v1 is a claim.
    return each.surface != Surface::native || !is_api(request) || each.pattern.starts_with("v1/");
  });
  if (route == table.end()) throw Error{Errc::invalid_token, "no route has this path"};
  return *route;
}

void require_method(const Route& route, const Request& request) {
  if (route.methods.find(name_of(request.method)) == std::string_view::npos)
    throw Error{Errc::method_not_allowed, {}, {{"allow", std::string{route.methods} + ", OPTIONS"}}};
}

Format answer_format(const Request& request) {
  if (is_api(request) || request.surface == Surface::purchase) return Format::json;
  // Whoever downloads backups is a program, unless it is a browser.
  if (request.surface == Surface::storage && request.format == Format::text) return Format::json;
  return request.format;
}

}  // namespace claimcheck::fcgi
