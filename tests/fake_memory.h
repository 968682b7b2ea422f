#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/delivery_log.h"
#include "core/key_store.h"
#include "core/outbox.h"
#include "core/overview.h"
#include "core/payments.h"
#include "core/removals.h"
#include "core/statistics.h"
#include "core/token.h"

namespace claimcheck::test {

/// What memory stores keep, and their clock. Several stores, also of several threads, may share one.
class Memory {
 public:
  void set_now(Time now) {
    const std::lock_guard guard{mutex_};
    now_ = now;
  }

 private:
  friend class MemoryTokenStore;
  friend class MemoryDeliveryLog;
  friend class MemoryKeyStore;
  friend class MemoryOutbox;
  friend class MemoryRemovals;
  friend class MemoryOverview;
  friend class MemoryPayments;
  friend class MemoryPrivacy;
  friend class MemoryStatistics;

  std::mutex mutex_;
  Time now_ = from_unix(1'800'000'000);
  std::map<TokenId, Token> tokens_;
  std::map<std::string, DeliveryRecord> deliveries_;
  std::vector<RefusalRecord> refusals_;
  std::map<std::string, ApiKey> keys_;
  std::map<Digest, TokenId> old_secrets_;
  std::map<TokenId, Time> warned_;  ///< the expiry for which nothing more is to be done
  std::map<std::string, Mail> mails_;
  std::map<std::string, Removal> removals_;
  std::vector<EventCount> hourly_;
  std::map<TokenId, Time> used_;  ///< the last hour that was tallied
  Time tallied_until_ = from_unix(0);
  std::optional<Time> cron_ran_at_;
  std::optional<LockExamination> lock_;
  std::map<std::string, PaymentState> payments_;
};

}  // namespace claimcheck::test
