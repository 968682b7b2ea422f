#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/token.h"

namespace claimcheck {

/// Which tokens to list, newest first: those for which everything holds that is given.
struct TokenQuery {
  std::optional<TokenId> after = {};                             ///< goes on after the last one of the page before
  std::string email = {};                                        ///< in small letters, as tokens have it
  std::optional<std::pair<std::string, std::string>> fact = {};  ///< name and value
  std::optional<TokenState> state = {};
  /// A token's id, or a part of its file's path, of its filename or of its e-mail address, whatever the case of letters A to Z
  /// (a store may know that of others too). No character has a meaning of its own.
  std::string search = {};
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

  /// Writes the token's mutable state (digest, uses, max_uses, claims, expires_at, revoked_at, cleaned_at, email, facts,
  /// bound_to) if nobody changed it since `token.revision` was read.
  /// @return false if somebody did, or if the answer was lost: read again; what you wrote may be there.
  virtual bool replace(const Token& token) = 0;

  /// The same of uses and claims only: what downloads change.
  virtual bool replace_uses(const Token& token) = 0;

  virtual std::vector<Token> list(const TokenQuery& query) = 0;
};

/// Writes that their thread does not wait for; the same connection as the TokenStore's.
class LateWrites {
 public:
  /// What TokenStore::replace_uses() returns, or the Error that it throws. Called once, by any thread, and must not throw.
  using Told = std::function<void(const std::variant<bool, Error>& written)>;

  virtual ~LateWrites() = default;

  /// TokenStore::replace_uses(), as soon as if this thread waited for it, by whichever thread writes then.
  virtual void replace_uses_soon(Token token, Told told) = 0;
};

/// Secrets that were replaced by others; the same connection as the TokenStore's. Methods may throw Error{unavailable}.
class OldSecrets {
 public:
  virtual ~OldSecrets() = default;

  /// Remembers that a digest was a token's, until the token is forgotten. Doing it twice changes nothing.
  virtual void keep(const Digest& digest, const TokenId& token) = 0;
  /// The token whose secret it was.
  virtual std::optional<TokenId> find_old(const Digest& digest) = 0;
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
  virtual bool replace_uses(std::span<const Token* const> tokens) = 0;
};

/// What the cron needs beside a TokenStore; the same connection, another reader. Methods may throw Error{unavailable}.
class TokenSweep {
 public:
  virtual ~TokenSweep() = default;

  /// Tokens for which tidy() has something to do at `now`, in the order of their ids, after `after`.
  virtual std::vector<TokenId> unsettled(Time now, const std::optional<TokenId>& after, int limit) = 0;

  /// Tokens whose right ended by `now` (revoked, or expired and past their grace) and that are not cleaned yet, in the order
  /// of their ids, after `after`.
  virtual std::vector<Token> ended(Time now, const std::optional<TokenId>& after, int limit) = 0;

  /// Marks those of the tokens as cleaned at `now` that have ended and are not cleaned yet: one that was extended meanwhile is
  /// passed over. @return how many
  virtual std::int64_t clean(std::span<const TokenId> ids, Time now) = 0;

  /// Whether a token refers to this file that is not cleaned and ends for good after a moment.
  virtual bool file_in_use(const std::string& storage, const std::string& file, Time ended_by) = 0;

  /// Forgets at most `limit` tokens that were cleaned before a moment, with their facts. @return how many
  virtual std::int64_t forget(Time cleaned_before, int limit) = 0;
};

/// When holders are to be warned that their link will expire (Rules::warn_before); the same connection, another reader.
class WarningSchedule {
 public:
  virtual ~WarningSchedule() = default;

  /// Tokens whose warning is due by `now`, in the order of their ids, after `after`.
  virtual std::vector<Token> to_warn(Time now, const std::optional<TokenId>& after, int limit) = 0;

  /// Notes that nothing more is to be done for these tokens before they expire at the moment they say: one that was extended
  /// meanwhile is passed over.
  virtual void warned(std::span<const Token> tokens) = 0;
};

}  // namespace claimcheck
