#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "config/config.h"
#include "core/check.h"
#include "core/enforcement.h"
#include "core/issue.h"
#include "core/seal.h"
#include "core/secret.h"
#include "core/storage.h"
#include "sql/stores.h"

namespace claimcheck::admin {

/// What the command line was called with, apart from the command itself.
struct Options {
  std::string config;  ///< --config
  bool json = false;   ///< --json
  int status = 0;      ///< what the program ends with if nothing is thrown
  Clock clock;         ///< this machine's
};

/// The Pause that commands hand in: sleeps so long.
void sleep_about(std::chrono::milliseconds about);

/// Configuration, database and storages of one command. The schema is brought up to date first: whoever has the command line
/// is the operator.
class Context {
 public:
  /// Throws Error{bad_request} after the configuration's faults were printed, Error{unavailable}.
  explicit Context(const Options& options);

  config::Config config;
  std::unique_ptr<sql::Database> database;
  sql::SqlTokenStore tokens;
  sql::SqlKeyStore keys;
  sql::SqlDeliveryLog deliveries;
  sql::SqlOutbox outbox;
  sql::SqlPrivacy privacy;
  sql::SqlStatistics statistics;
  Storages storages;
  Checks checks;
  Random random = secure_random();
  Pause pause = sleep_about;
};

/// What links are made with.
IssueMeans issue_means(Context& context);

/// Makes the file that seals mails if the configuration sends some and has no key. Throws Error{unavailable}.
void make_mail_key(const config::Config& config);

/// What seals mails. Throws Error{bad_request} if no mail is to be sent, Error{unavailable}.
Seal require_mail(const Context& context);

/// The configuration alone. Throws Error{bad_request} after its faults were printed.
config::Config load_config(const Options& options);

}  // namespace claimcheck::admin
