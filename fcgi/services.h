#pragma once

#include "core/delivery_log.h"
#include "core/enforcement.h"
#include "core/key_store.h"
#include "core/policy.h"
#include "core/secret.h"
#include "core/site.h"
#include "core/storage.h"
#include "core/token_store.h"
#include "fcgi/log.h"

namespace claimcheck::fcgi {

/// What the routes work with. The stores belong to one thread; the rest is shared. All must outlive it.
struct Services {
  const Site& site;
  const Policies& policies;
  const Storages& storages;
  TokenStore& tokens;
  KeyStore& keys;
  DeliveryLog& deliveries;
  const Log& log;
  const Random& random;
  const Pause& pause;
};

}  // namespace claimcheck::fcgi
