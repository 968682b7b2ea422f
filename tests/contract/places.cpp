#include "tests/contract/places.h"

#include "sql/migrate.h"
#include "sql/stores.h"
#include "tests/fakes.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"

namespace claimcheck::test {
namespace {

class MemoryStores final : public Stores {
 public:
  explicit MemoryStores(Memory& memory)
      : tokens_(memory),
        log_(memory),
        keys_(memory),
        outbox_(memory),
        removals_(memory),
        payments_(memory),
        privacy_(memory),
        statistics_(memory),
        overview_(memory) {}
  TokenStore& tokens() override { return tokens_; }
  TokenBatches& batches() override { return tokens_; }
  TokenSweep& sweep() override { return tokens_; }
  WarningSchedule& warnings() override { return tokens_; }
  DeliveryLog& log() override { return log_; }
  DeliveryCorrections& corrections() override { return log_; }
  RefusalFeed& refusals() override { return log_; }
  KeyStore& keys() override { return keys_; }
  Outbox& outbox() override { return outbox_; }
  MailLog& mails() override { return outbox_; }
  Removals& removals() override { return removals_; }
  OldSecrets& old_secrets() override { return tokens_; }
  Payments& payments() override { return payments_; }
  PersonalRecords& personal() override { return privacy_; }
  Erasure& erasure() override { return privacy_; }
  Statistics& statistics() override { return statistics_; }
  Tally& tally() override { return statistics_; }
  Overview& overview() override { return overview_; }

 private:
  MemoryTokenStore tokens_;
  MemoryDeliveryLog log_;
  MemoryKeyStore keys_;
  MemoryOutbox outbox_;
  MemoryRemovals removals_;
  MemoryPayments payments_;
  MemoryPrivacy privacy_;
  MemoryStatistics statistics_;
  MemoryOverview overview_;
};

class MemoryPlace final : public Place {
 public:
  std::unique_ptr<Stores> connect() override { return std::make_unique<MemoryStores>(memory_); }

 private:
  Memory memory_;
};

class SqlStores final : public Stores {
 public:
  explicit SqlStores(const std::string& url)
      : database_(open_store(url)),
        tokens_(*database_),
        log_(*database_),
        keys_(*database_),
        outbox_(*database_),
        removals_(*database_),
        payments_(*database_),
        privacy_(*database_),
        statistics_(*database_),
        overview_(*database_) {}
  TokenStore& tokens() override { return tokens_; }
  TokenBatches& batches() override { return tokens_; }
  TokenSweep& sweep() override { return tokens_; }
  WarningSchedule& warnings() override { return tokens_; }
  DeliveryLog& log() override { return log_; }
  DeliveryCorrections& corrections() override { return log_; }
  RefusalFeed& refusals() override { return log_; }
  KeyStore& keys() override { return keys_; }
  Outbox& outbox() override { return outbox_; }
  MailLog& mails() override { return outbox_; }
  Removals& removals() override { return removals_; }
  OldSecrets& old_secrets() override { return tokens_; }
  Payments& payments() override { return payments_; }
  PersonalRecords& personal() override { return privacy_; }
  Erasure& erasure() override { return privacy_; }
  Statistics& statistics() override { return statistics_; }
  Tally& tally() override { return statistics_; }
  Overview& overview() override { return overview_; }

 private:
  std::unique_ptr<sql::Database> database_;
  sql::SqlTokenStore tokens_;
  sql::SqlDeliveryLog log_;
  sql::SqlKeyStore keys_;
  sql::SqlOutbox outbox_;
  sql::SqlRemovals removals_;
  sql::SqlPayments payments_;
  sql::SqlPrivacy privacy_;
  sql::SqlStatistics statistics_;
  sql::SqlOverview overview_;
};

class SqlPlace final : public Place {
 public:
  explicit SqlPlace(std::string url) : url_(std::move(url)) {
    sql::prepare_driver();
    sql::migrate(*open_store(url_));
  }
  std::unique_ptr<Stores> connect() override { return std::make_unique<SqlStores>(url_); }

 private:
  std::string url_;
};

class SqlitePlace final : public Place {
 public:
  std::unique_ptr<Stores> connect() override { return place_.connect(); }

 private:
  TemporaryFolder folder_;
  SqlPlace place_{"sqlite:" + (folder_ / "store.db").string()};
};

}  // namespace

std::unique_ptr<Place> memory_place() {
  return std::make_unique<MemoryPlace>();
}

std::unique_ptr<Place> sqlite_place() {
  return std::make_unique<SqlitePlace>();
}

std::unique_ptr<Place> mariadb_place() {
  return std::make_unique<SqlPlace>(MariaDb::shared().fresh_schema("contract"));
}

std::unique_ptr<Place> mariadb_tcp_place() {
  MariaDb& server = MariaDb::shared();
  server.fresh_schema("contract_tcp");
  return std::make_unique<SqlPlace>(server.tcp_url("contract_tcp"));
}

std::unique_ptr<sql::Database> open_store(const std::string& url, seconds timeout) {
  sql::Target target = sql::parse_store_url(url);
  target.table_prefix = "test_";
  target.timeout = timeout;
  return sql::open_database(target);
}

}  // namespace claimcheck::test
