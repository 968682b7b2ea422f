#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/admission.h"

namespace claimcheck::fcgi {

/// What the store thinks of a delivery under way.
enum class Standing {
  holds,    ///< it is its claim's, as far as was told lately
  unknown,  ///< the store could not be asked
  ended,    ///< it was given up for another, found dead, or has gone unacknowledged for too long: it must be cut
};

/// How urgently a stream asks.
enum class Asking {
  in_passing,       ///< bytes are moving
  before_going_on,  ///< it stood still so long that it may have been given up: it must know before it sends
};

/// How far the deliveries of this process are. All those of one token are told to the store by one write, at most every five
/// seconds, whichever of their threads comes first. Safe to share between threads.
class Checkpoints {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  /// Writes, with the calling thread's store. @return the deliveries that are not active any more; nothing if it failed.
  using Write = std::function<std::optional<std::vector<std::string>>(const TokenId&, std::span<const Progress>)>;

  static constexpr std::chrono::seconds every{5};
  /// A delivery that moves, but whose progress could not be stored for so long, must end: it is about to be found dead.
  static constexpr std::chrono::seconds longest_silence{50};

  /// A delivery was admitted a moment ago.
  void begin(const TokenId& token, Progress progress, SteadyTime now);
  /// Tells how far it is, and asks how it stands.
  Standing tell(const TokenId& token, const std::string& delivery, std::uint64_t sent, Asking asking, SteadyTime now,
                const Write& write);
  void end(const TokenId& token, const std::string& delivery);

 private:
  struct Delivery {
    Progress progress;
    std::uint64_t stored = 0;  ///< of progress.sent
    SteadyTime acknowledged;
    bool ended = false;
  };
  struct Row {
    std::vector<Delivery> deliveries;
    SteadyTime written;
    bool writing = false;
  };

  static Standing standing(const Delivery& delivery, Asking asking, SteadyTime now);
  static std::vector<Progress> news(const Row& row, const Delivery& asker);

  std::mutex mutex_;
  std::map<TokenId, Row> rows_;
};

}  // namespace claimcheck::fcgi
