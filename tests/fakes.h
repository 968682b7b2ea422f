#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/admission.h"
#include "core/delivery_log.h"
#include "core/key_store.h"
#include "core/token_store.h"

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

  std::mutex mutex_;
  Time now_ = from_unix(1'800'000'000);
  std::map<TokenId, Token> tokens_;
  std::map<std::string, DeliveryRecord> deliveries_;
  std::vector<RefusalRecord> refusals_;
  std::map<std::string, ApiKey> keys_;
};

/// TokenStore, TokenBatches and TokenSweep over a Memory, which must outlive it.
class MemoryTokenStore final : public TokenStore, public TokenBatches, public TokenSweep {
 public:
  explicit MemoryTokenStore(Memory& memory) : memory_(memory) {}

  Time now() override {
    const std::lock_guard guard{memory_.mutex_};
    return memory_.now_;
  }

  bool add(const Token& token) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto same_digest = [&](const auto& entry) { return entry.second.digest == token.digest; };
    if (std::any_of(memory_.tokens_.begin(), memory_.tokens_.end(), same_digest)) return false;
    return memory_.tokens_.emplace(token.id, token).second;
  }

  std::optional<Token> find(const Digest& digest) override {
    return first([&](const Token& token) { return token.digest == digest; });
  }

  std::optional<Token> find(const TokenId& id) override {
    return first([&](const Token& token) { return token.id == id; });
  }

  bool replace(const Token& token) override {
    return change(token, [&](Token& kept) {
      kept.uses = token.uses;
      kept.claims = token.claims;
      kept.expires_at = token.expires_at;
      kept.revoked_at = token.revoked_at;
      kept.cleaned_at = token.cleaned_at;
    });
  }

  bool replace_uses(const Token& token) override {
    return change(token, [&](Token& kept) {
      kept.uses = token.uses;
      kept.claims = token.claims;
    });
  }

  std::vector<Token> find(std::span<const Digest> digests) override {
    return all([&](const Token& token) { return std::ranges::find(digests, token.digest) != digests.end(); });
  }

  std::vector<Token> find(std::span<const TokenId> ids) override {
    return all([&](const Token& token) { return std::ranges::find(ids, token.id) != ids.end(); });
  }

  bool replace_uses(std::span<const Token> tokens) override {
    std::ptrdiff_t written = 0;
    for (const Token& token : tokens) written += replace_uses(token) ? 1 : 0;
    return written == std::ssize(tokens);
  }

  std::vector<Token> list(const TokenQuery& query) override {
    auto page = all([&](const Token& token) { return !query.before || token.id < *query.before; });
    std::reverse(page.begin(), page.end());
    return cut(std::move(page), query.limit);
  }

  std::vector<TokenId> unsettled(Time now, const std::optional<TokenId>& after, int limit) override {
    std::vector<TokenId> ids;
    for (const Token& token :
         cut(all([&](const Token& each) { return tidy_due(each) <= now && (!after || each.id > *after); }), limit))
      ids.push_back(token.id);
    return ids;
  }

  std::vector<Token> ended(Time now, const std::optional<TokenId>& after, int limit) override {
    return cut(
        all([&](const Token& token) { return !token.cleaned_at && has_ended(token, now) && (!after || token.id > *after); }),
        limit);
  }

  bool file_in_use(const std::string& storage, const std::string& file, const TokenId& except, Time now) override {
    return first([&](const Token& token) {
             return token.storage == storage && token.file == file && token.id != except && !has_ended(token, now);
           })
        .has_value();
  }

 private:
  static bool has_ended(const Token& token, Time now) {
    return token.revoked_at || (token.expires_at <= now && token.rules.grace <= now - token.expires_at);
  }

  static std::vector<Token> cut(std::vector<Token> tokens, int limit) {
    const auto end = tokens.begin() + std::min(std::ptrdiff_t{limit}, std::ssize(tokens));
    tokens.erase(end, tokens.end());
    return tokens;
  }

  /// If nobody changed it since it was read.
  template <class Change>
  bool change(const Token& token, const Change& write) {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.tokens_.find(token.id);
    if (found == memory_.tokens_.end() || found->second.revision != token.revision) return false;
    write(found->second);
    ++found->second.revision;
    return true;
  }

  /// In the order of their ids.
  template <class Condition>
  std::vector<Token> all(const Condition& condition) {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<Token> tokens;
    for (const auto& [id, token] : memory_.tokens_) {
      if (condition(token)) tokens.push_back(token);
    }
    return tokens;
  }

  template <class Condition>
  std::optional<Token> first(const Condition& condition) {
    const std::vector<Token> tokens = all(condition);
    if (tokens.empty()) return std::nullopt;
    return tokens.front();
  }

  Memory& memory_;
};

/// DeliveryLog and DeliveryCorrections over a Memory.
class MemoryDeliveryLog final : public DeliveryLog, public DeliveryCorrections {
 public:
  explicit MemoryDeliveryLog(Memory& memory) : memory_(memory) {}

  void append(std::span<const DeliveryRecord> records) override {
    const std::lock_guard guard{memory_.mutex_};
    for (const DeliveryRecord& record : records) memory_.deliveries_.emplace(record.id, record);
  }

  void count(std::span<const RefusalRecord> refusals) override {
    const std::lock_guard guard{memory_.mutex_};
    for (const RefusalRecord& refusal : refusals) {
      const auto same = [&](const RefusalRecord& each) { return told_together(each, refusal); };
      const auto kept = std::find_if(memory_.refusals_.begin(), memory_.refusals_.end(), same);
      if (kept != memory_.refusals_.end())
        add(*kept, refusal);
      else
        memory_.refusals_.push_back(refusal);
    }
  }

  std::vector<DeliveryRecord> of_token(const TokenId& token, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<DeliveryRecord> records;
    for (const auto& [id, record] : memory_.deliveries_) {
      if (record.token == token) records.push_back(record);
    }
    std::sort(records.begin(), records.end(),
              [](const auto& a, const auto& b) { return std::tie(a.ended, a.id) > std::tie(b.ended, b.id); });
    return first_of(std::move(records), limit);
  }

  std::vector<RefusalRecord> refusals_of_token(const TokenId& token, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<RefusalRecord> records;
    for (const RefusalRecord& record : memory_.refusals_) {
      if (record.token == token) records.push_back(record);
    }
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.last > b.last; });
    return first_of(std::move(records), limit);
  }

  std::int64_t prune(Time before, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<std::pair<Time, std::string>> old;
    for (const auto& [id, record] : memory_.deliveries_) {
      if (record.ended < before) old.emplace_back(record.ended, id);
    }
    std::sort(old.begin(), old.end());
    old = first_of(std::move(old), limit);
    for (const auto& [end, id] : old) memory_.deliveries_.erase(id);
    std::sort(memory_.refusals_.begin(), memory_.refusals_.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
    std::int64_t removed = std::ssize(old);
    for (int i = 0; i < limit && !memory_.refusals_.empty() && memory_.refusals_.front().last < before; ++i, ++removed)
      memory_.refusals_.erase(memory_.refusals_.begin());
    return removed;
  }

  std::vector<DeliveryRecord> find(std::span<const std::string> ids) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<DeliveryRecord> records;
    for (const auto& [id, record] : memory_.deliveries_) {
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) records.push_back(record);
    }
    return records;
  }

  void correct(const DeliveryRecord& record) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.deliveries_.find(record.id);
    if (found == memory_.deliveries_.end() || found->second.outcome != Outcome::handed_off) return;
    found->second.sent = record.sent;
    found->second.outcome = record.outcome;
  }

 private:
  template <class Record>
  static std::vector<Record> first_of(std::vector<Record> records, int limit) {
    records.erase(records.begin() + std::min(std::ptrdiff_t{limit}, std::ssize(records)), records.end());
    return records;
  }

  Memory& memory_;
};

/// KeyStore over a Memory.
class MemoryKeyStore final : public KeyStore {
 public:
  explicit MemoryKeyStore(Memory& memory) : memory_(memory) {}

  bool add(const ApiKey& key) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto same_digest = [&](const auto& entry) { return entry.second.digest == key.digest; };
    if (std::any_of(memory_.keys_.begin(), memory_.keys_.end(), same_digest)) return false;
    return memory_.keys_.emplace(key.id, key).second;
  }

  std::optional<ApiKey> find(const Digest& digest) override {
    const std::lock_guard guard{memory_.mutex_};
    for (const auto& [id, key] : memory_.keys_) {
      if (key.digest == digest) return key;
    }
    return std::nullopt;
  }

  std::vector<ApiKey> list() override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<ApiKey> keys;
    for (const auto& [id, key] : memory_.keys_) keys.push_back(key);
    std::sort(keys.begin(), keys.end(),
              [](const auto& a, const auto& b) { return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id); });
    return keys;
  }

  bool revoke(const std::string& id, Time now) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.keys_.find(id);
    if (found == memory_.keys_.end() || found->second.revoked_at) return false;
    found->second.revoked_at = now;
    return true;
  }

 private:
  Memory& memory_;
};

}  // namespace claimcheck::test
