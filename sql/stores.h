#pragma once

#include <span>
#include <string>

#include "core/delivery_log.h"
#include "core/key_store.h"
#include "core/token_store.h"
#include "sql/database.h"
#include "sql/token_row.h"

namespace claimcheck::sql {

/// TokenStore, TokenBatches and TokenSweep over tables `tokens` and `facts`. Keeps a reference to `database`, which must
/// outlive it.
class SqlTokenStore final : public TokenStore, public TokenBatches, public TokenSweep {
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
  bool file_in_use(const std::string& storage, const std::string& file, const TokenId& except, Time now) override;

 private:
  Database& database_;
  ReadRules rules_;
};

/// DeliveryLog and DeliveryCorrections over tables `deliveries` and `refusals`. Keeps a reference to `database`.
class SqlDeliveryLog final : public DeliveryLog, public DeliveryCorrections {
 public:
  explicit SqlDeliveryLog(Database& database) : database_(database) {}
  void append(std::span<const DeliveryRecord> records) override;
  void count(std::span<const RefusalRecord> refusals) override;
  std::vector<DeliveryRecord> of_token(const TokenId& token, int limit) override;
  std::vector<RefusalRecord> refusals_of_token(const TokenId& token, int limit) override;
  std::int64_t prune(Time before, int limit) override;
  std::vector<DeliveryRecord> find(std::span<const std::string> ids) override;
  void correct(const DeliveryRecord& record) override;

 private:
  Database& database_;
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
