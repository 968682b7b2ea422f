#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/admission.h"
#include "core/token.h"
#include "fcgi/reply.h"
#include "fcgi/throttle.h"

namespace claimcheck::fcgi {

/// A delivery that was admitted and has to be settled, whatever happens to the reply.
struct AdmittedDelivery {
  TokenId token;
  std::string claim;            ///< empty for a token without a limit
  std::uint64_t size = 0;       ///< of the file
  std::optional<Token> stored;  ///< the token as the admission left it, while nobody else is likely to have changed it
  ActiveDelivery delivery;
  Means means = Means::stream;
  std::chrono::steady_clock::time_point asked;  ///< when the store was asked to admit it, or before
  std::vector<DeadDelivery> dead;               ///< what this admission found dead, for the log
  std::shared_ptr<Rate> rate;                   ///< if the token has one
  std::shared_ptr<void> active;                 ///< for the meters, while we send
  std::shared_ptr<void> room;                   ///< among those that fetch a token without a limit at the same time
};

/// What a request turned out to be about, for the logs and for the page of a refusal.
struct Subject {
  std::optional<TokenId> token;
  std::string renew_url = {};  ///< where the token's holder can ask for a new link, if he may
};

/// What a route gives back.
struct Answer {
  Reply reply;
  std::optional<AdmittedDelivery> delivery;
};

}  // namespace claimcheck::fcgi
