#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/admission.h"
#include "core/token_store.h"

namespace claimcheck {

/// Waits about so long, with jitter. Handed in by main(); tests hand in nothing that waits.
using Pause = std::function<void(std::chrono::milliseconds about)>;

/// Carries the decisions of core/admission.h out on a store: one compare-and-swap on the token's row each, read and decided
/// again when somebody else was faster. Belongs to the store's thread.
class Enforcement {
 public:
  /// Keeps references; both must outlive it.
  Enforcement(TokenStore& store, const Pause& pause) : store_(store), pause_(pause) {}

  /// Decides and stores. `token` is the state read a moment ago. A request that meets a delivery whose client may just have
  /// gone waits for that to be noticed, less than a second.
  /// @return a refusal too; the caller turns it into an answer. An admission whose acknowledgement was lost is found again.
  /// Throws Error{unavailable} if the store fails, or if others were faster for too many attempts.
  Admission admit(Token token, const Wanted& wanted);

  /// Stores a checkpoint. @return false if the delivery is not active any more.
  /// Throws Error{unavailable}.
  bool checkpoint(const TokenId& id, const Progress& progress);

  /// Stores the end of a delivery. Throws Error{unavailable}; it is then found dead by its last checkpoint.
  void settle(const TokenId& id, const Progress& progress);

  /// Withdraws a token. Revoking twice changes nothing.
  /// @return the token as it is now, or nothing if there is none. Throws Error{unavailable}.
  std::optional<Token> revoke(const TokenId& id);

 private:
  std::optional<Token> change(const TokenId& id, const std::function<std::optional<Token>(const Token&, Time)>& changed);

  TokenStore& store_;
  const Pause& pause_;
};

}  // namespace claimcheck
