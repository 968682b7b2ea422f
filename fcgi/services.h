#pragma once

#include <string>

#include "core/buffered_log.h"
#include "core/delivery_log.h"
#include "core/enforcement.h"
#include "core/key_store.h"
#include "core/network.h"
#include "core/outbox.h"
#include "core/policy.h"
#include "core/privacy.h"
#include "core/seal.h"
#include "core/secret.h"
#include "core/settings.h"
#include "core/site.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "fcgi/checkpoints.h"
#include "fcgi/hand_off.h"
#include "fcgi/log.h"
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
  const Log& log;
  IpLog ip_log;
  const Random& random;
  const Pause& pause;
  Self self = {};
};

}  // namespace claimcheck::fcgi
