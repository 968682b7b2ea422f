#include "admin/context.h"

#include <thread>

#include "config/mail_key.h"
#include "core/error.h"
#include "files/open_storages.h"
#include "sql/migrate.h"

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
      storages(files::open_storages(config.storages)) {
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

}  // namespace claimcheck::admin
