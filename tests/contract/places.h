#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "core/delivery_log.h"
#include "core/key_store.h"
#include "core/outbox.h"
#include "core/overview.h"
#include "core/payments.h"
#include "core/privacy.h"
#include "core/removals.h"
#include "core/statistics.h"
#include "core/token_store.h"
#include "sql/database.h"
#include "tests/contract/sample_token.h"

namespace claimcheck::test {

/// All ports over one connection; belongs to one thread.
class Stores {
 public:
  virtual ~Stores() = default;
  virtual TokenStore& tokens() = 0;
  virtual OldSecrets& old_secrets() = 0;
  virtual Payments& payments() = 0;
  virtual TokenBatches& batches() = 0;
  virtual TokenSweep& sweep() = 0;
  virtual WarningSchedule& warnings() = 0;
  virtual DeliveryLog& log() = 0;
  virtual DeliveryCorrections& corrections() = 0;
  virtual RefusalFeed& refusals() = 0;
  virtual KeyStore& keys() = 0;
  virtual Outbox& outbox() = 0;
  virtual MailLog& mails() = 0;
  virtual Removals& removals() = 0;
  virtual PersonalRecords& personal() = 0;
  virtual Erasure& erasure() = 0;
  virtual Statistics& statistics() = 0;
  virtual Tally& tally() = 0;
  virtual Overview& overview() = 0;
};

/// Where tokens, deliveries and keys are kept: empty at first, gone with this object.
class Place {
 public:
  virtual ~Place() = default;
  /// Another connection to the same place. May be called by several threads.
  virtual std::unique_ptr<Stores> connect() = 0;
};

/// A place every contract test runs on.
struct PlaceKind {
  const char* name;
  std::unique_ptr<Place> (*make)();

  friend std::ostream& operator<<(std::ostream& out, const PlaceKind& kind) { return out << kind.name; }
};

std::unique_ptr<Place> memory_place();
std::unique_ptr<Place> sqlite_place();
std::unique_ptr<Place> mariadb_place();  ///< over the unix socket
std::unique_ptr<Place> mariadb_tcp_place();

inline constexpr PlaceKind place_kinds[] = {
    {"Memory", memory_place}, {"Sqlite", sqlite_place}, {"MariaDb", mariadb_place}, {"MariaDbOverTcp", mariadb_tcp_place}};

/// The store of `url` with tables named `test_…`, opened on first use. The default time-out is long enough for sixteen
/// threads under a sanitizer on a busy machine.
std::unique_ptr<sql::Database> open_store(const std::string& url, seconds timeout = seconds{20});

}  // namespace claimcheck::test
