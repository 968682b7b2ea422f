#include "cron/wiring.h"

namespace claimcheck::cron {

JobSettings job_settings(const config::Config& config) {
  return {.support = config.site.support,
          .storages = config.storages,
          .orphans = config.orphans,
          .log_retention = config.log.retention,
          .token_retention = config.log.token_retention};
}

std::function<Seal()> mail_seal(const config::Config& config, config::IfMissing if_missing) {
  if (config.mail.transport == MailSettings::Transport::off) return nullptr;
  return [&config, if_missing] { return Seal{config::mail_key(config, if_missing)}; };
}

}  // namespace claimcheck::cron
