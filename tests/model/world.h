#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/admission.h"

namespace claimcheck::model {

/// A response that a living worker is sending.
struct Live {
  std::string id, claim;
  int worker = 0;
  std::vector<Range> ranges;
  std::uint64_t sent = 0;    ///< really
  std::uint64_t stored = 0;  ///< by the last checkpoint
  seconds acknowledged{0};   ///< when that was asked to which the store last said that the delivery is its claim's
};

/// A request whose admission was written, but whose worker did not get the answer yet.
struct Doubt {
  Wanted wanted;
  int worker = 0;
  seconds asked{0};
};

/// What really happened on a claim, whether or not the token's row knows it.
struct Truth {
  std::uint64_t out = 0;     ///< bytes sent
  std::uint64_t hidden = 0;  ///< of these, bytes that died with a worker before a checkpoint told them
  IntervalSet given;
};

/// A token with clients and workers around it: everything that can happen to it is one step. The steps do what fcgi/ does
/// around core/admission: a worker tells how far it is before five seconds have passed, and asks before it sends on after
/// having stood still.
class World {
 public:
  static constexpr std::uint64_t unit =
      4ULL * 1024 * 1024;                    ///< bytes are sent in these; four mebibytes stay in no buffer unseen
  static constexpr std::size_t clients = 3;  ///< one connection each
  static constexpr int workers = 2;

  World(std::uint64_t size, std::int64_t max_uses, double retry_budget, seconds ttl);

  // The steps. Each says whether it was possible; the others' results are undefined then.

  /// A request comes and is served. @param late  for so long its decision was on its way to the store
  bool request(int worker, std::vector<Range> ranges, const std::string& named, Means means = Means::stream,
               seconds late = seconds{0});
  /// The same, but the store's answer gets lost: see resolve().
  bool request_in_doubt(int worker, std::vector<Range> ranges, const std::string& named);
  bool press_button();
  bool resolve(std::size_t doubt);
  bool send(std::size_t live, std::uint64_t bytes = unit);
  bool tell(std::size_t live);
  /// The delivery is complete, or its client is gone.
  bool end(std::size_t live);
  bool crash(int worker);
  bool pass(seconds length);
  bool settle_by_cron();
  /// The web server's log tells of the oldest handed-off delivery that so much of it arrived.
  bool correct_oldest(std::uint64_t sent);

  /// What must never be: the first rule that is broken, in words.
  std::optional<std::string> violation() const;

  /// Two worlds with the same key behave the same: names, absolute times and the order of equals do not matter.
  std::string key() const;

  const Token& token() const { return token_; }
  const std::vector<Live>& live() const { return live_; }
  const std::vector<Doubt>& doubts() const { return doubts_; }
  std::uint64_t size() const { return file_.size; }
  const std::string& first_claim() const;
  std::uint64_t out() const;
  bool refused_last() const { return refused_; }

 private:
  bool ask(Wanted wanted, int worker, seconds late, bool acknowledged);
  void serve(const Wanted& wanted, const std::string& claim, int worker, seconds asked);
  void replace(Token next);
  Wanted wanted(std::vector<Range> ranges, const std::string& named);
  Progress progress(const Live& live) const;
  std::string key_with(bool swapped) const;

  FileVersion file_;
  Time now_ = from_unix(1'800'000'000);  ///< by the store's clock, which may be set back
  seconds steady_{0};                    ///< by the workers' own, which is not
  Time changed_ = now_;                  ///< the token's row
  Token token_;
  std::vector<Live> live_;
  std::vector<Doubt> doubts_;
  std::map<std::string, Truth> truth_;
  int names_ = 0;
  bool refused_ = false;
  std::optional<std::string> wrong_;  ///< found while a step was made
};

}  // namespace claimcheck::model
