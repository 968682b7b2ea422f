#include "admin/database_check.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/quantity.h"
#include "sql/durability.h"
#include "sql/heartbeat.h"
#include "sql/migrate.h"

namespace claimcheck::admin {
namespace {

using htaccess::Finding;
using htaccess::Findings;
using htaccess::found;
using htaccess::State;

constexpr seconds longest_difference{30};
/// A quarter of an hour is the usual interval; hosts skip runs.
constexpr seconds longest_silence{2L * 3600};

/// Without a password.
std::string name_of(const sql::Target& target) {
  if (target.kind == sql::Target::Kind::sqlite) return target.path;
  return fmt::format("{} on {}", target.schema, target.host.empty() ? "localhost" : target.host);
}

Finding check_clock(const std::string& subject, seconds ahead) {
  const seconds difference = ahead < seconds{0} ? -ahead : ahead;
  if (difference <= longest_difference)
    return found("database.clock", subject, State::ok, "its clock and this machine's agree");
  return found("database.clock", subject, State::warning,
               fmt::format("its clock and this machine's differ by {}; times in mails and logs will look odd",
                           format_duration(difference)));
}

Finding check_cron(sql::Database& database, const std::string& cron) {
  const auto last = sql::last_beat(database, sql::cron_heartbeat);
  if (!last)
    return found("cron", cron, State::warning,
                 "claimcheck-cron has never run: ended links keep their files, dead downloads stay open");
  const seconds since = database.now() - *last;
  if (since > longest_silence)
    return found("cron", cron, State::fault, fmt::format("claimcheck-cron ran last {} ago", format_duration(since)));
  return found("cron", cron, State::ok,
               fmt::format("claimcheck-cron ran {} ago", format_duration(std::max(since, seconds{0}))));
}

}  // namespace

Findings check_database(sql::Database& database, const sql::Target& target, Time here, const std::string& cron) {
  const std::string subject = name_of(target);
  try {
    const auto pending = sql::pending_migrations(database);
    Findings findings{found("database", subject, State::ok, "it answers")};
    if (!pending.empty()) {
      findings.push_back(
          found("database.migrations", subject, State::fault,
                fmt::format("{} of its migrations are missing, the first is {}", pending.size(), pending.front())));
      return findings;
    }
    findings.push_back(found("database.migrations", subject, State::ok, "its tables are up to date"));
    findings.push_back(
        sql::is_durable(database, target)
            ? found("database.durability", subject, State::ok, "what it commits survives a power failure")
            : found("database.durability", subject, State::warning,
                    "innodb_flush_log_at_trx_commit is not 1: after a power failure a used link may work again"));
    findings.push_back(check_clock(subject, database.now() - here));
    findings.push_back(check_cron(database, cron));
    return findings;
  } catch (const Error& error) {
    return {found("database", subject, State::fault, error.what())};
  }
}

}  // namespace claimcheck::admin
