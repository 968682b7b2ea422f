#include "tests/contract/places.h"

#include <fmt/format.h>

#include "sql/migrate.h"
#include "sql/stores.h"
#include "tests/fake_privacy.h"
#include "tests/support/mariadb.h"
#include "tests/support/process.h"

namespace claimcheck::test {
namespace {

class MemoryStores final : public Stores {
 public:
  explicit MemoryStores(Memory& memory)
      : tokens_(memory), log_(memory), keys_(memory), outbox_(memory), removals_(memory), privacy_(memory) {}
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
  PersonalRecords& personal() override { return privacy_; }
  Erasure& erasure() override { return privacy_; }

 private:
  MemoryTokenStore tokens_;
  MemoryDeliveryLog log_;
  MemoryKeyStore keys_;
  MemoryOutbox outbox_;
  MemoryRemovals removals_;
  MemoryPrivacy privacy_;
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
        privacy_(*database_) {}
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
  PersonalRecords& personal() override { return privacy_; }
  Erasure& erasure() override { return privacy_; }

 private:
  std::unique_ptr<sql::Database> database_;
  sql::SqlTokenStore tokens_;
  sql::SqlDeliveryLog log_;
  sql::SqlKeyStore keys_;
  sql::SqlOutbox outbox_;
  sql::SqlRemovals removals_;
  sql::SqlPrivacy privacy_;
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

std::string sample_uuid(int number) {
  return fmt::format("01890000-0000-7000-8000-{:012x}", number);
}

Token sample_token(int number) {
  const Time created = from_unix(1'800'000'000 + number);
  Claim claim{.id = "abcdefghij012345",
              .opened = created,
              .file = {.size = 5000, .mtime_ns = 1'700'000'000'123'456'789},
              .covered = IntervalSet{{{.first = 0, .length = 100}, {.first = 200, .length = 50}}},
              .charged = 150,
              .active = {{.id = sample_uuid(number),
                          .ranges = {{.first = 300, .length = 700}, {.first = 2000, .length = 1}},
                          .sent = 5,
                          .started = created,
                          .last_progress = created + seconds{1},
                          .network = "192.0.2.0"}},
              .lost = {{.id = "lost", .sent = 17}},
              .last_seen = created + seconds{9},
              .completed = created + seconds{10}};
  return {.id = {sample_uuid(number)},
          .digest = Digest::of(fmt::format("secret {}", number)),
          .storage = "uploads",
          .file = fmt::format("2026/11/file {}.zip", number),
          .filename = "holiday.zip",
          .version = {.size = 5000, .mtime_ns = 1'700'000'000'123'456'789},
          .policy = "default",
          .email = "someone@example.com",
          .rules = {.grace = seconds{100},
                    .confirm = Confirm::always,
                    .on_change = OnChange::serve,
                    .delete_file = true,
                    .retry_budget = 0.5},
          .created_at = created,
          .expires_at = created + seconds{1000},
          .revoked_at = std::nullopt,
          .cleaned_at = std::nullopt,
          .max_uses = 3,
          .uses = 1,
          .claims = {claim},
          .revision = 7,
          .facts = {{"job_id", "42"}, {"order_id", fmt::format("order {}", number)}}};
}

}  // namespace claimcheck::test
