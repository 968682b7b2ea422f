#pragma once

#include <span>
#include <string>

#include "core/delivery_log.h"
#include "core/key_store.h"
#include "core/outbox.h"
#include "core/privacy.h"
#include "core/removals.h"
#include "core/token_store.h"
#include "sql/database.h"
#include "sql/token_row.h"

namespace claimcheck::sql {

/// TokenStore, TokenBatches, TokenSweep and WarningSchedule over tables `tokens` and `facts`. Keeps a reference to `database`,
/// which must outlive it.
class SqlTokenStore final : public TokenStore, public TokenBatches, public TokenSweep, public WarningSchedule {
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
  bool replace_uses(std::span<const Token> tokens) override;
  std::vector<Token> list(const TokenQuery& query) override;
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

/// KeyStore over table `keys`. Keeps a reference to `database`.
class SqlKeyStore final : public KeyStore {
 public:
  explicit SqlKeyStore(Database& database) : database_(database) {}
  bool add(const ApiKey& key) override;
  std::optional<ApiKey> find(const Digest& digest) override;
  std::vector<ApiKey> list() override;
  bool revoke(const std::string& id, Time now) override;

 private:
  Database& database_;
};

}  // namespace claimcheck::sql
