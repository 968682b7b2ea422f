#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/admission.h"
#include "core/token_store.h"

namespace claimcheck {

/// Waits about so long, with jitter. Handed in by main(); tests hand in nothing that waits.
using Pause = std::function<void(std::chrono::milliseconds about)>;

/// What tidying a token's row came to.
struct Tidied {
  std::vector<DeadDelivery> dead;  ///< ended by this call, as interrupted
  std::int64_t given_back = 0;     ///< uses
};

/// What came of the end of a delivery.
struct Settled {
  bool ours = true;        ///< false if somebody else had ended it, by its last checkpoint: its outcome is theirs to tell
  bool completed = false;  ///< it made its claim complete
};

/// Carries the decisions of core/admission.h out on a store: one compare-and-swap on the token's row each, read and decided
/// again when somebody else was faster. Belongs to the store's thread.
class Enforcement {
 public:
  /// Keeps references; both must outlive it.
  Enforcement(TokenStore& store, const Pause& pause) : store_(store), pause_(pause) {}

  /// Decides and stores. `token` is the state read a moment ago. A request that meets a delivery whose client may just have
  /// gone waits for that to be noticed, less than a second.
  /// @return a refusal too; the caller turns it into an answer. The token of an admission is as it is stored now. An admission
  /// whose acknowledgement was lost is found again.
  /// Throws Error{unavailable} if the store fails, or if others were faster for too many attempts.
  Admission admit(Token token, const Wanted& wanted);

  /// Stores a checkpoint of several deliveries of one token.
  /// @return those of `progress` that are not active any more: they were given up for another, or found dead.
  /// Throws Error{unavailable}.
  std::vector<std::string> checkpoint(const TokenId& id, std::span<const Progress> progress);

  /// Stores the end of a delivery. Throws Error{unavailable}; it is then found dead by its last checkpoint.
  Settled settle(const TokenId& id, const Progress& progress);

  /// Stores what a handed-off delivery has really sent. Throws Error{unavailable}.
  /// @return false if it is not known (any more), so that nothing changed
  bool correct(const TokenId& id, const Progress& progress);

  /// Settles what a token's dead workers left, and gives its unused claims back. Throws Error{unavailable}.
  Tidied tidy(const TokenId& id);

  /// Notes that the completion of these claims is told of. Throws Error{unavailable}.
  void note_told(const TokenId& id, std::span<const std::string> claims);

  /// Withdraws a token. Revoking twice changes nothing.
  /// @return the token as it is now, or nothing if there is none. Throws Error{unavailable}.
  std::optional<Token> revoke(const TokenId& id);

  /// Binds a token to where it is used from, see core/binding.h, unless it is bound. @return the token as it is now, or nothing
  /// if there is none. Throws Error{unavailable}.
  std::optional<Token> bind(const TokenId& id, const std::string& to);

  /// Changes what downloads do not change, see TokenStore::replace(). `changed` is called with the token as it was read, again
  /// if somebody else was faster or if the answer was lost; it returns nothing if there is nothing to do.
  /// @return the token as it was stored, or as it is; nothing if there is none. Throws Error{unavailable}.
  std::optional<Token> administer(const TokenId& id, const std::function<std::optional<Token>(const Token&, Time)>& changed) {
    return change(id, changed, &TokenStore::replace);
  }

  /// Forgets a person in a token: without_person() of core/privacy.h. Throws Error{unavailable}.
  void forget(const TokenId& id, const std::string& address);

 private:
  /// @return the token as it was stored, or as it is if `changed` changes nothing; nothing if there is none
  std::optional<Token> change(const TokenId& id, const std::function<std::optional<Token>(const Token&, Time)>& changed,
                              bool (TokenStore::*write)(const Token&) = &TokenStore::replace_uses);

  TokenStore& store_;
  const Pause& pause_;
};

}  // namespace claimcheck
