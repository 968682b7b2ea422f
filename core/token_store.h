#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/token.h"

namespace claimcheck {

/// Which tokens to list. Newest first; `before` continues after the last one of the page before.
struct TokenQuery {
  std::optional<TokenId> before;
  int limit = 50;
};

/// Keeps tokens. One object belongs to one thread. Every method may throw Error{unavailable}: the store cannot be reached
/// or is too busy, nothing was promised.
class TokenStore {
 public:
  virtual ~TokenStore() = default;

  /// The store's own clock, so that nodes with wrong clocks agree.
  virtual Time now() = 0;

  /// Keeps a new token and its facts. @return false if its id or digest exists already.
  virtual bool add(const Token& token) = 0;

  virtual std::optional<Token> find(const Digest& digest) = 0;
  virtual std::optional<Token> find(const TokenId& id) = 0;

  /// Writes the token's mutable state (uses, claims, expires_at, revoked_at, cleaned_at) if nobody changed it since
  /// `token.revision` was read.
  /// @return false if somebody did, or if the answer was lost: read again; what you wrote may be there.
  virtual bool replace(const Token& token) = 0;

  /// The same of uses and claims only: what downloads change.
  virtual bool replace_uses(const Token& token) = 0;

  virtual std::vector<Token> list(const TokenQuery& query) = 0;
};

/// Several tokens by one statement, for a process whose threads ask at the same time; the same connection as the TokenStore's,
/// another reader. Methods may throw Error{unavailable}.
class TokenBatches {
 public:
  /// The most that one call may ask for.
  static constexpr std::size_t most = 32;

  virtual ~TokenBatches() = default;

  /// Those of the tokens that exist, in any order.
  virtual std::vector<Token> find(std::span<const Digest> digests) = 0;
  virtual std::vector<Token> find(std::span<const TokenId> ids) = 0;

  /// TokenStore::replace_uses() of tokens that are all different, each unless somebody changed it since its `revision` was
  /// read.
  /// @return true if all were written; false if some were not, or if the answer was lost: read them again.
  virtual bool replace_uses(std::span<const Token> tokens) = 0;
};

/// What the cron needs beside a TokenStore; the same connection, another reader.
class TokenSweep {
 public:
  virtual ~TokenSweep() = default;

  /// Tokens for which tidy() has something to do at `now`, in the order of their ids, after `after`.
  virtual std::vector<TokenId> unsettled(Time now, const std::optional<TokenId>& after, int limit) = 0;

  /// Tokens whose right ended by `now` (revoked, or expired and past their grace) and that are not cleaned yet, in the order
  /// of their ids, after `after`.
  virtual std::vector<Token> ended(Time now, const std::optional<TokenId>& after, int limit) = 0;

  /// Whether another token than `except` that is neither revoked nor past its grace at `now` refers to this file.
  virtual bool file_in_use(const std::string& storage, const std::string& file, const TokenId& except, Time now) = 0;
};

}  // namespace claimcheck
