#pragma once

#include <string>

#include "core/buffered_log.h"
#include "core/check.h"
#include "core/cleanup.h"
#include "core/countries.h"
#include "core/delivery_log.h"
#include "core/enforcement.h"
#include "core/issue.h"
#include "core/key_store.h"
#include "core/network.h"
#include "core/outbox.h"
#include "core/overview.h"
#include "core/package.h"
#include "core/payments.h"
#include "core/policy.h"
#include "core/privacy.h"
#include "core/seal.h"
#include "core/secret.h"
#include "core/settings.h"
#include "core/site.h"
#include "core/statistics.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "fcgi/allowances.h"
#include "fcgi/checkpoints.h"
#include "fcgi/hand_off.h"
#include "fcgi/log.h"
#include "fcgi/metrics.h"
#include "fcgi/throttle.h"
#include "fcgi/unsettled_deliveries.h"

namespace claimcheck::fcgi {

/// What this process is.
struct Self {
  std::string version;
  std::string mode;  ///< "fastcgi" (descriptor 0), "socket" (its own) or "cgi"
};

/// What the routes work with. The stores belong to one thread; the rest is shared. All must outlive it.
struct Services {
  const Site& site;
  const Policies& policies;
  const Storages& storages;
  const std::map<std::string, StorageSettings>& places;  ///< the same storages, as the configuration says them
  const Circumstances& circumstances;
  TokenStore& tokens;
  LateWrites& late_writes;
  OldSecrets& old_secrets;
  Payments& payments;
  const Checks& checks;
  const InspectPackage& inspect;  ///< refuses what takes longer than a request may wait
  const Countries* countries;     ///< nullptr if the configuration names no database
  const CountrySettings& country_rules;
  const LimitSettings& limits;
  Allowances& allowances;
  const PurchaseSettings& purchase;
  const std::string& sale_secret;  ///< what links for payments are derived from; empty: the caller's key
  const CleanUp& clean_up;
  const StripeSettings& stripe;
  const ReadPaymentEvent& read_payment_event;  ///< empty if no events are taken
  KeyStore& keys;
  DeliveryLog& deliveries;  ///< to read; what is to be written goes through `story`
  Outbox& outbox;
  const MailSettings& mail;
  const Seal* seal;  ///< for mails; nullptr if none are sent
  BufferedLog& story;
  UnsettledDeliveries& unsettled;
  Checkpoints& checkpoints;
  Rates& rates;
  Crowds& crowds;
  PersonalRecords& personal;
  Erasure& erasure;
  Statistics& statistics;
  Overview& overview;
  MailLog& mail_log;
  Meters& meters;
  LastReadings& last_readings;
  const Log& log;
  IpLog ip_log;
  const Random& random;
  const Pause& pause;
  Self self = {};
};

/// What links are made with.
inline IssueMeans issue_means(const Services& services) {
  return {.policies = services.policies,
          .storages = services.storages,
          .tokens = services.tokens,
          .checks = services.checks,
          .random = services.random,
          .pause = services.pause,
          .inspect = services.inspect};
}

}  // namespace claimcheck::fcgi
