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
#include "core/outbox.h"
#include "core/removals.h"
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
  friend class MemoryOutbox;
  friend class MemoryRemovals;
  friend class MemoryPrivacy;

  std::mutex mutex_;
  Time now_ = from_unix(1'800'000'000);
  std::map<TokenId, Token> tokens_;
  std::map<std::string, DeliveryRecord> deliveries_;
  std::vector<RefusalRecord> refusals_;
  std::map<std::string, ApiKey> keys_;
  std::map<TokenId, Time> warned_;  ///< the expiry for which nothing more is to be done
  std::map<std::string, Mail> mails_;
  std::map<std::string, Removal> removals_;
};

/// TokenStore, TokenBatches, TokenSweep and WarningSchedule over a Memory, which must outlive it.
class MemoryTokenStore final : public TokenStore, public TokenBatches, public TokenSweep, public WarningSchedule {
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
      kept.email = token.email;
      kept.facts = token.facts;
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

  std::int64_t clean(std::span<const TokenId> ids, Time now) override {
    const std::lock_guard guard{memory_.mutex_};
    std::int64_t cleaned = 0;
    for (const TokenId& id : ids) {
      const auto found = memory_.tokens_.find(id);
      if (found == memory_.tokens_.end() || found->second.cleaned_at || !has_ended(found->second, now)) continue;
      found->second.cleaned_at = now;
      ++found->second.revision;
      ++cleaned;
    }
    return cleaned;
  }

  bool file_in_use(const std::string& storage, const std::string& file, Time ended_by) override {
    return first([&](const Token& token) {
             return token.storage == storage && token.file == file && !token.cleaned_at && !has_ended(token, ended_by);
           })
        .has_value();
  }

  std::int64_t forget(Time cleaned_before, int limit) override {
    const auto old =
        cut(all([&](const Token& token) { return token.cleaned_at && *token.cleaned_at < cleaned_before; }), limit);
    const std::lock_guard guard{memory_.mutex_};
    for (const Token& token : old) memory_.tokens_.erase(token.id);
    return std::ssize(old);
  }

  std::vector<Token> to_warn(Time now, const std::optional<TokenId>& after, int limit) override {
    return cut(all([&](const Token& token) {
                 const auto warned = memory_.warned_.find(token.id);
                 const bool is_done = warned != memory_.warned_.end() && warned->second == token.expires_at;
                 return !is_done && warning_due(token) <= now && (!after || token.id > *after);
               }),
               limit);
  }

  void warned(std::span<const Token> tokens) override {
    const std::lock_guard guard{memory_.mutex_};
    for (const Token& token : tokens) memory_.warned_[token.id] = token.expires_at;
  }

 private:
  static bool has_ended(const Token& token, Time now) {
    if (token.revoked_at) return now >= from_unix(0);
    return token.expires_at <= now && token.rules.grace <= now - token.expires_at;
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

/// DeliveryLog, DeliveryCorrections and RefusalFeed over a Memory.
class MemoryDeliveryLog final : public DeliveryLog, public DeliveryCorrections, public RefusalFeed {
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

  std::vector<RefusalRecord> operators_faults(Time since, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<RefusalRecord> records;
    for (const RefusalRecord& record : memory_.refusals_) {
      const bool operators = record.error == "file_not_found" || record.error == "file_changed";
      if (operators && record.last >= since) records.push_back(record);
    }
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
    return first_of(std::move(records), limit);
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

/// Removals over a Memory.
class MemoryRemovals final : public Removals {
 public:
  explicit MemoryRemovals(Memory& memory) : memory_(memory) {}

  void add(const Removal& removal) override {
    const std::lock_guard guard{memory_.mutex_};
    memory_.removals_.insert_or_assign(removal.key(), removal);
  }

  std::vector<Removal> list(const std::string& after, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<Removal> removals;
    for (auto next = memory_.removals_.upper_bound(after); next != memory_.removals_.end() && std::ssize(removals) < limit;
         ++next)
      removals.push_back(next->second);
    return removals;
  }

  void drop(const Removal& removal) override {
    const std::lock_guard guard{memory_.mutex_};
    memory_.removals_.erase(removal.key());
  }

 private:
  Memory& memory_;
};

/// Outbox and MailLog over a Memory.
class MemoryOutbox final : public Outbox, public MailLog {
 public:
  explicit MemoryOutbox(Memory& memory) : memory_(memory) {}

  std::int64_t add(std::span<const Mail> mails) override {
    const std::lock_guard guard{memory_.mutex_};
    std::int64_t added = 0;
    for (const Mail& mail : mails) {
      const auto same = [&](const auto& entry) {
        const Mail& each = entry.second;
        return std::tie(each.about, each.kind, each.occasion) == std::tie(mail.about, mail.kind, mail.occasion);
      };
      if (std::any_of(memory_.mails_.begin(), memory_.mails_.end(), same)) continue;
      added += memory_.mails_.emplace(mail.id, mail).second ? 1 : 0;
    }
    return added;
  }

  std::vector<Mail> due(Time now, int limit) override {
    auto mails = all([&](const Mail& mail) { return mail.next_at && *mail.next_at <= now; });
    std::sort(mails.begin(), mails.end(),
              [](const Mail& a, const Mail& b) { return std::tie(a.next_at, a.id) < std::tie(b.next_at, b.id); });
    return first_of(std::move(mails), limit);
  }

  std::optional<Mail> claim(const Mail& mail, Time until) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto kept = memory_.mails_.find(mail.id);
    if (kept == memory_.mails_.end() || kept->second.next_at != mail.next_at || kept->second.tries != mail.tries)
      return std::nullopt;
    kept->second.next_at = until;
    ++kept->second.tries;
    return kept->second;
  }

  void replace(const Mail& mail) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto kept = memory_.mails_.find(mail.id);
    if (kept != memory_.mails_.end() && kept->second.tries == mail.tries) kept->second = mail;
  }

  std::int64_t sent_since(Time since) override {
    return std::ssize(all([&](const Mail& mail) { return mail.sent_at && *mail.sent_at >= since; }));
  }

  std::optional<Mail> find(const std::string& about, MailKind kind) override {
    const auto found = all([&](const Mail& mail) { return mail.about == about && mail.kind == kind; });
    return found.empty() ? std::nullopt : std::optional{found.back()};
  }

  std::optional<Mail> find(const std::string& id) override {
    const auto found = all([&](const Mail& mail) { return mail.id == id; });
    return found.empty() ? std::nullopt : std::optional{found.back()};
  }

  std::vector<Mail> list(int limit) override {
    auto mails = all([](const Mail&) { return true; });
    std::reverse(mails.begin(), mails.end());
    return first_of(std::move(mails), limit);
  }

  Backlog backlog(Time failed_since) override {
    Backlog backlog;
    for (const Mail& mail : all([](const Mail&) { return true; })) {
      backlog.waiting += mail.next_at ? 1 : 0;
      if (mail.next_at) backlog.oldest = std::min(backlog.oldest.value_or(mail.created_at), mail.created_at);
      backlog.failed += mail.failed_at && *mail.failed_at >= failed_since ? 1 : 0;
    }
    return backlog;
  }

  void empty(std::span<const std::string> about) override {
    const std::lock_guard guard{memory_.mutex_};
    for (auto& [id, mail] : memory_.mails_)
      if (!mail.next_at && std::find(about.begin(), about.end(), mail.about) != about.end()) mail.content.clear();
  }

  std::int64_t forget(Time over_before, int limit) override {
    const auto before = [&](const std::optional<Time>& at) { return at && *at < over_before; };
    const auto old = first_of(all([&](const Mail& mail) { return before(mail.sent_at) || before(mail.failed_at); }), limit);
    const std::lock_guard guard{memory_.mutex_};
    for (const Mail& mail : old) memory_.mails_.erase(mail.id);
    return std::ssize(old);
  }

 private:
  static std::vector<Mail> first_of(std::vector<Mail> mails, int limit) {
    mails.erase(mails.begin() + std::min(std::ptrdiff_t{limit}, std::ssize(mails)), mails.end());
    return mails;
  }

  /// In the order of their ids.
  template <class Condition>
  std::vector<Mail> all(const Condition& condition) {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<Mail> mails;
    for (const auto& [id, mail] : memory_.mails_)
      if (condition(mail)) mails.push_back(mail);
    return mails;
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
