#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/config.h"
#include "core/buffered_log.h"
#include "core/countries.h"
#include "core/grouped_store.h"
#include "core/payments.h"
#include "core/seal.h"
#include "core/storage.h"
#include "fcgi/allowances.h"
#include "fcgi/checkpoints.h"
#include "fcgi/log.h"
#include "fcgi/meters.h"
#include "fcgi/metrics.h"
#include "fcgi/pump.h"
#include "fcgi/server.h"
#include "fcgi/services.h"
#include "fcgi/shutdown.h"
#include "fcgi/throttle.h"
#include "fcgi/unsettled_deliveries.h"
#include "sql/database.h"

namespace claimcheck::fcgi {

/// A worker process: what its threads share, and what stands on the database connection of each. Here, and in main(), the
/// folders meet. Keeps references to what it is made of.
class Process {
 public:
  Process(const config::Config& config, const Log& log, const Shutdown& shutdown, Self self, const Clock& clock);

  /// Makes the answerers of threads. @param pump  who carries streams on that would have to wait; nullptr: nobody
  AnswererFactory answerers(Pump* pump);

  Checkpoints& checkpoints() { return checkpoints_; }

 private:
  friend class Thread;

  const config::Config& config_;
  const Log& log_;
  const Shutdown& shutdown_;
  const Self self_;
  const Storages storages_;
  const sql::Target target_;
  const Circumstances circumstances_;
  const std::optional<Seal> seal_;
  const std::unique_ptr<Countries> countries_;
  const std::string sale_secret_;
  const ReadPaymentEvent read_payment_event_;
  TokenGroup tokens_;
  BufferedLog story_;
  UnsettledDeliveries unsettled_;
  Checkpoints checkpoints_;
  Rates rates_;
  Crowds crowds_;
  Allowances allowances_;
  Meters meters_;
  LastReadings last_readings_;
};

}  // namespace claimcheck::fcgi
