#pragma once

#include <functional>
#include <span>
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
#include "sql/token_row.h"

namespace claimcheck::sql {

/// TokenStore, OldSecrets, TokenBatches, TokenSweep and WarningSchedule over tables `tokens`, `facts` and `old_secrets`. Keeps
/// a reference to `database`, which must outlive it.
class SqlTokenStore final : public TokenStore,
                            public OldSecrets,
                            public TokenBatches,
                            public TokenSweep,
                            public WarningSchedule {
 public:
  explicit SqlTokenStore(Database& database) : database_(database) {}

  Time now() override;
  bool add(const Token& token) override;
  std::optional<Token> find(const Digest& digest) override;
  std::optional<Token> find(const TokenId& id) override;
  bool replace(const Token& token) override;
  bool replace_uses(const Token& token) override;
  std::vector<Token> find(std::span<const Digest> digests) override;
  std::vector<Token> find(std::span<const TokenId> ids) override;
  bool replace_uses(std::span<const Token* const> tokens) override;
  std::vector<Token> list(const TokenQuery& query) override;
  void keep(const Digest& digest, const TokenId& token) override;
  std::optional<TokenId> find_old(const Digest& digest) override;
  std::vector<TokenId> unsettled(Time now, const std::optional<TokenId>& after, int limit) override;
  std::vector<Token> ended(Time now, const std::optional<TokenId>& after, int limit) override;
  std::int64_t clean(std::span<const TokenId> ids, Time now) override;
  bool file_in_use(const std::string& storage, const std::string& file, Time ended_by) override;
  std::int64_t forget(Time cleaned_before, int limit) override;
  std::vector<Token> to_warn(Time now, const std::optional<TokenId>& after, int limit) override;
  void warned(std::span<const Token> tokens) override;

 private:
  Database& database_;
  ReadRules rules_;
};

/// DeliveryLog, DeliveryCorrections and RefusalFeed over tables `deliveries` and `refusals`. Keeps a reference to `database`.
class SqlDeliveryLog final : public DeliveryLog, public DeliveryCorrections, public RefusalFeed {
 public:
  explicit SqlDeliveryLog(Database& database) : database_(database) {}
  void append(std::span<const DeliveryRecord> records) override;
  void count(std::span<const RefusalRecord> refusals) override;
  std::vector<DeliveryRecord> of_token(const TokenId& token, int limit) override;
  std::vector<RefusalRecord> refusals_of_token(const TokenId& token, int limit) override;
  std::int64_t prune(Time before, int limit) override;
  std::vector<DeliveryRecord> find(std::span<const std::string> ids) override;
  void correct(const DeliveryRecord& record) override;
  void take_back_completion(const TokenId& token, const std::string& claim) override;
  std::vector<RefusalRecord> operators_faults(Time since, int limit) override;

 private:
  Database& database_;
};

/// Removals over table `removals`. Keeps a reference to `database`.
class SqlRemovals final : public Removals {
 public:
  explicit SqlRemovals(Database& database) : database_(database) {}
  void add(const Removal& removal) override;
  std::vector<Removal> list(const std::string& after, int limit) override;
  void drop(const Removal& removal) override;

 private:
  Database& database_;
};

/// Outbox and MailLog over table `mails`. Keeps a reference to `database`.
class SqlOutbox final : public Outbox, public MailLog {
 public:
  explicit SqlOutbox(Database& database) : database_(database) {}
  std::int64_t add(std::span<const Mail> mails) override;
  std::vector<Mail> due(Time now, int limit) override;
  std::optional<Mail> claim(const Mail& mail, Time until) override;
  void replace(const Mail& mail) override;
  std::int64_t sent_since(Time since) override;
  std::optional<Mail> find(const std::string& about, MailKind kind) override;
  std::optional<Mail> find(const std::string& id) override;
  std::vector<Mail> list(int limit) override;
  Backlog backlog(Time failed_since) override;
  void empty(std::span<const std::string> about) override;
  std::int64_t forget(Time over_before, int limit) override;

 private:
  std::int64_t add_together(std::span<const Mail> mails);

  Database& database_;
};

/// PersonalRecords and Erasure over the tables `tokens`, `facts`, `deliveries`, `refusals` and `mails`. Keeps a reference to
/// `database`.
class SqlPrivacy final : public PersonalRecords, public Erasure {
 public:
  explicit SqlPrivacy(Database& database) : database_(database) {}
  Counts count(const std::string& address) override;
  std::vector<Token> tokens(const std::string& address, Part part) override;
  std::vector<DeliveryRecord> deliveries(const std::string& address, Part part) override;
  std::vector<RefusalRecord> refusals(const std::string& address, Part part) override;
  std::vector<Mail> mails(const std::string& address, Part part) override;
  void anonymise_log(const TokenId& token) override;
  void drop_facts(const TokenId& token, const std::string& address) override;
  void erase_mails_about(const TokenId& token, Time now) override;
  std::int64_t erase_mails_to(const std::string& address, Time now) override;
  void finish() override;

 private:
  Database& database_;
  ReadRules rules_;
};

/// Statistics and Tally over the tables `deliveries`, `refusals` and `hourly`. Keeps a reference to `database`.
class SqlStatistics final : public Statistics, public Tally {
 public:
  explicit SqlStatistics(Database& database) : database_(database) {}
  std::vector<EventCount> by_day(const Period& period) override;
  std::vector<EventCount> by_event(const Period& period) override;
  std::int64_t customers(const Period& period) override;
  std::optional<Time> cron_ran_at() override;
  Time tallied_until() override;
  std::optional<Time> next_entry(Time since) override;
  void tally(Time until) override;

 private:
  std::vector<EventCount> read(const Period& period, std::string_view tallied);
  void for_parts_of_log(const Period& period, const std::function<void(const Period& part)>& work);

  Database& database_;
};

/// Overview over the tables `tokens` and `meta`. Keeps a reference to `database`.
class SqlOverview final : public Overview {
 public:
  explicit SqlOverview(Database& database) : database_(database) {}
  LiveTokens live_tokens(Time now, Time expiring_by) override;
  std::optional<LockExamination> lock() override;

 private:
  Database& database_;
};

/// Payments over table `payments`. Keeps a reference to `database`.
class SqlPayments final : public Payments {
 public:
  explicit SqlPayments(Database& database) : database_(database) {}
  PaymentState note(const std::string& id, PaymentState state, Time now) override;
  std::optional<PaymentState> find(const std::string& id) override;

 private:
  Database& database_;
};

/// KeyStore over table `keys`. Keeps a reference to `database`.
class SqlKeyStore final : public KeyStore {
 public:
  explicit SqlKeyStore(Database& database) : database_(database) {}
  bool add(const ApiKey& key) override;
  std::optional<ApiKey> find(const Digest& digest) override;
  std::optional<ApiKey> find(const std::string& id) override;
  std::vector<ApiKey> list() override;
  bool revoke(const std::string& id, Time now) override;

 private:
  Database& database_;
};

}  // namespace claimcheck::sql
