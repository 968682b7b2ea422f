#include "admin/context.h"

#include <thread>

#include "checks/open_checks.h"
#include "config/mail_key.h"
#include "core/error.h"
#include "files/open_storages.h"
#include "files/package/package.h"
#include "sql/migrate.h"
#include "sql/question.h"

namespace claimcheck::admin {

config::Config load_config(const Options& options) {
  auto config = config::load_or_explain(options.config);
  if (!config) throw Error{Errc::bad_request};
  return std::move(*config);
}

void sleep_about(std::chrono::milliseconds about) {
  std::this_thread::sleep_for(about);
}

Context::Context(const Options& options)
    : config(load_config(options)),
      database(sql::open_database(sql::target_of(config.store))),
      tokens(*database),
      keys(*database),
      deliveries(*database),
      outbox(*database),
      privacy(*database),
      statistics(*database),
      storages(files::open_storages(config.storages, config.profiles, options.clock)),
      checks(checks::open_checks(
          config.checks, [this](const CheckSettings& check) { return sql::open_question(check, config.store); },
          {.now = [this] { return tokens.now(); }, .steady = [] { return std::chrono::steady_clock::now(); }})) {
  sql::migrate(*database);
  make_mail_key(config);
}

void make_mail_key(const config::Config& config) {
  if (config.mail.transport != MailSettings::Transport::off) config::mail_key(config, config::IfMissing::make);
}

Seal require_mail(const Context& context) {
  if (context.config.mail.transport == MailSettings::Transport::off)
    throw Error{Errc::bad_request, "mail is not set up: the configuration needs a table [mail] with a transport"};
  return Seal{config::mail_key(context.config, config::IfMissing::make)};
}

IssueMeans issue_means(Context& context) {
  return {.policies = context.config.policies,
          .storages = context.storages,
          .tokens = context.tokens,
          .checks = context.checks,
          .random = context.random,
          .pause = context.pause,
          .inspect = [](OpenFile& file, const std::string& path, const PackageExpectation& expected) {
            return files::inspect_package(file, path, expected, {});
          }};
}

}  // namespace claimcheck::admin
