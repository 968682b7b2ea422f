#pragma once

#include <optional>
#include <vector>

#include "core/batcher.h"
#include "core/token_store.h"

namespace claimcheck {

/// What the threads of one process ask of their token stores at the same time. Safe to share between threads.
struct TokenGroup {
  /// While one waits for its commit to reach the disk another can work.
  static constexpr int writes_at_once = 2;

  Batcher<Digest, std::optional<Token>> by_digest{TokenBatches::most, 1};
  Batcher<TokenId, std::optional<Token>> by_id{TokenBatches::most, 1};
  Batcher<const Token*, bool> writes{TokenBatches::most, writes_at_once};
};

/// The TokenStore of one thread of several: what they look up and write at the same time becomes one statement of one of
/// them. Belongs to its thread; keeps references.
class GroupedTokenStore final : public TokenStore, public LateWrites {
 public:
  /// @param store, batches  of this thread's own connection
  GroupedTokenStore(TokenStore& store, TokenBatches& batches, TokenGroup& group)
      : store_(store), batches_(batches), group_(group) {}

  Time now() override { return store_.now(); }
  bool add(const Token& token) override { return store_.add(token); }
  std::optional<Token> find(const Digest& digest) override;
  std::optional<Token> find(const TokenId& id) override;
  bool replace(const Token& token) override { return store_.replace(token); }
  bool replace_uses(const Token& token) override;
  std::vector<Token> list(const TokenQuery& query) override { return store_.list(query); }

  void replace_uses_soon(Token token, Told told) override;

 private:
  std::vector<bool> write(std::span<const Token* const> tokens);

  TokenStore& store_;
  TokenBatches& batches_;
  TokenGroup& group_;
};

}  // namespace claimcheck
