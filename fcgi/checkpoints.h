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

#include "core/counting.h"
#include "core/progress.h"

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

/// What the store is to be told of the deliveries of one token.
struct Checkpoint {
  TokenId token;
  std::vector<Progress> progress;
  std::chrono::steady_clock::time_point asked;
};

/// How far the deliveries of this process are. All those of one token are told to the store by one write, at most every five
/// seconds, whichever of their threads comes first. Safe to share between threads.
class Checkpoints {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  /// Has a checkpoint written, now or a moment later, by somebody who has a store; written() must follow.
  using Write = std::function<void(Checkpoint)>;

  static constexpr std::chrono::seconds every{5};
  /// Where little was sent since the last one: thousands of slow downloads are not to keep the database busy.
  static constexpr std::chrono::seconds every_if_little{10};
  static constexpr std::uint64_t little = counting::budget_slack;
  /// A delivery that moves, but whose progress could not be stored for so long, must end: it is about to be found dead.
  static constexpr std::chrono::seconds longest_silence{50};

  /// A delivery was admitted a moment ago.
  void begin(const TokenId& token, Progress progress, SteadyTime now);
  /// Tells how far it is, and asks how it stands.
  Standing tell(const TokenId& token, const std::string& delivery, std::uint64_t sent, Asking asking, SteadyTime now,
                const Write& write);
  /// A checkpoint reached the store.
  /// @param ended  the deliveries that are not active any more; nothing if the write failed
  void written(const Checkpoint& checkpoint, const std::optional<std::vector<std::string>>& ended);
  void end(const TokenId& token, const std::string& delivery);

 private:
  struct Delivery {
    Progress progress;
    std::uint64_t stored = 0;  ///< of progress.sent
    SteadyTime acknowledged;
    std::optional<SteadyTime> asked;  ///< since when it waits to be told whether it still holds
    bool ended = false;
  };
  struct Row {
    std::vector<Delivery> deliveries;
    SteadyTime written;
    bool writing = false;
  };

  static bool is_due(const Row& row, const Delivery& asker, SteadyTime now);
  static Standing standing(Delivery& delivery, SteadyTime now);
  static std::vector<Progress> news(const Row& row, const Delivery& asker);

  std::mutex mutex_;
  std::map<TokenId, Row> rows_;
};

}  // namespace claimcheck::fcgi
