#include "fcgi/overview_api.h"

#include <nlohmann/json.hpp>

#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::chrono::days soon{1};

Json represent(const std::optional<LockExamination>& lock) {
  if (!lock) return nullptr;
  return {{"state", to_string(lock->state)}, {"examined_at", format_rfc3339(lock->at)}};
}

}  // namespace

Answer show_overview(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::read);
  const Time now = services.tokens.now();
  const LiveTokens live = services.overview.live_tokens(now, now + soon);
  const MailLog::Backlog mails = services.mail_log.backlog(now - std::chrono::days{1});
  const Site& site = services.site;
  const Json shown{
      {"now", format_rfc3339(now)},
      {"site", {{"name", site.name}, {"url", site.url}, {"prefix", site.prefix}}},
      {"version", services.self.version},
      {"active_downloads", services.meters.read().active},
      {"active_tokens", live.all},
      {"expiring_soon", live.expiring},
      {"mails", {{"waiting", mails.waiting}, {"oldest_at", optional_time(mails.oldest)}, {"failed", mails.failed}}},
      {"cron", {{"ran_at", optional_time(services.statistics.cron_ran_at())}}},
      {"lock", represent(services.overview.lock())},
  };
  return {.reply = json_reply(200, shown.dump())};
}

}  // namespace claimcheck::fcgi
