#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "core/due.h"
#include "core/token_store.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// TokenStore, TokenBatches, TokenSweep and WarningSchedule over a Memory, which must outlive it.
class MemoryTokenStore final : public TokenStore,
                               public OldSecrets,
                               public TokenBatches,
                               public TokenSweep,
                               public WarningSchedule {
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
      if (kept.revoked_at) memory_.warned_.erase(kept.id);
      kept.uses = token.uses;
      kept.claims = token.claims;
      kept.expires_at = token.expires_at;
      kept.revoked_at = token.revoked_at;
      kept.cleaned_at = token.cleaned_at;
      kept.email = token.email;
      kept.facts = token.facts;
      kept.digest = token.digest;
      kept.max_uses = token.max_uses;
      kept.bound_to = token.bound_to;
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

  bool replace_uses(std::span<const Token* const> tokens) override {
    std::ptrdiff_t written = 0;
    for (const Token* token : tokens) written += replace_uses(*token) ? 1 : 0;
    return written == std::ssize(tokens);
  }

  std::vector<Token> list(const TokenQuery& query) override {
    auto page = all([&, time = now()](const Token& token) {
      const auto fact = query.fact ? token.facts.find(query.fact->first) : token.facts.end();
      return (!query.after || token.id < *query.after) && (query.email.empty() || token.email == query.email) &&
             (!query.fact || (fact != token.facts.end() && fact->second == query.fact->second)) &&
             (!query.state || state_of(token, time) == *query.state) && is_found(token, query.search);
    });
    std::reverse(page.begin(), page.end());
    return cut(std::move(page), query.limit);
  }

  void keep(const Digest& digest, const TokenId& token) override {
    const std::lock_guard guard{memory_.mutex_};
    memory_.old_secrets_.emplace(digest, token);
  }

  std::optional<TokenId> find_old(const Digest& digest) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.old_secrets_.find(digest);
    return found == memory_.old_secrets_.end() ? std::nullopt : std::optional{found->second};
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
    for (const Token& token : old) {
      memory_.tokens_.erase(token.id);
      std::erase_if(memory_.old_secrets_, [&](const auto& entry) { return entry.second == token.id; });
    }
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
  static bool is_found(const Token& token, const std::string& search) {
    const auto has = [part = lower(search)](const std::string& text) { return lower(text).find(part) != std::string::npos; };
    return token.id.text == lower(search) || has(token.file) || has(token.filename) || has(token.email);
  }

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

}  // namespace claimcheck::test
