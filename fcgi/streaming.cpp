#include "fcgi/streaming.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

/// How much goes out before others get their turn.
constexpr std::uint64_t most_in_a_turn = 1024ULL * 1024;
constexpr std::size_t copied_at_once = 65528;
constexpr std::chrono::seconds look_round{1};
constexpr std::chrono::milliseconds ask_again{100};
constexpr std::chrono::milliseconds fetch_round{5};

}  // namespace

Stream::Stream(Connection& connection, OpenFile& file, std::vector<Piece> pieces, Pace pace)
    : connection_(connection),
      file_(file),
      pieces_(std::move(pieces)),
      pace_(std::move(pace)),
      last_move_(pace_.admitted),
      last_told_(std::chrono::steady_clock::now()),
      window_(last_told_) {}

Stream::Turn Stream::end(Outcome outcome) {
  outcome_ = outcome;
  return Turn::over;
}

void Stream::abandon() {
  outcome_ = Outcome::aborted;
}

Stream::Turn Stream::rest(Turn turn, SteadyTime until) {
  wake_ = until;
  return turn;
}

Stream::Turn Stream::advance(SteadyTime now) {
  try {
    return go_on(now);
  } catch (const Error& error) {
    fault_ = error.what();
    return end(Outcome::failed);  // reading failed; what was sent stays sent
  }
}

Stream::Turn Stream::go_on(SteadyTime now) {
  if (pace_.shutdown != nullptr && now - last_look_ >= look_round) {
    last_look_ = now;
    if (pace_.shutdown->overdue()) return end(Outcome::aborted);
  }
  for (const std::uint64_t before = sent_; sent_ - before < most_in_a_turn;) {
    if (piece_ == pieces_.size()) return end(Outcome::complete);
    Piece& piece = pieces_[piece_];
    if (piece.text.empty() && piece.range.length == 0) {
      ++piece_;
      continue;
    }
    if (stood_still(now) && !wait(connection_, std::chrono::milliseconds{0})) return stuck(now);
    if (is_in_doubt(now)) return outcome_ == Outcome::complete ? rest(Turn::resting, now + ask_again) : Turn::over;
    if (!is_permitted(now)) return rest(Turn::resting, permitted_at_);
    if (!is_here(now)) return outcome_ == Outcome::complete ? rest(Turn::resting, now + fetch_round) : Turn::over;
    switch (send_some(piece).state) {
      case Step::State::moved:
        last_move_ = now;
        if (!tell(now)) return end(Outcome::interrupted);
        break;
      case Step::State::would_block:
        return stuck(now);
      case Step::State::gone:
        return end(Outcome::aborted);
      case Step::State::short_file:
        return end(Outcome::failed);
    }
  }
  if (is_too_slow(now)) return end(Outcome::aborted);
  return rest(Turn::more, now);
}

/// The front end takes nothing now. A client that has taken nothing for too long is given up.
Stream::Turn Stream::stuck(SteadyTime now) {
  if (now - last_move_ >= pace_.stall_timeout || is_too_slow(now)) return end(Outcome::aborted);
  if (!tell(now)) return end(Outcome::interrupted);
  return rest(Turn::blocked, now + look_round);
}

bool Stream::stood_still(SteadyTime now) const {
  return pace_.tell && (asking_ || now - last_move_ >= pace_.stood_still);
}

/// Bytes could go out (again). After a long pause another delivery may have been let in instead of this one: before it sends
/// on it must be known that it still holds. Sets the outcome if it does not, or if that cannot be found out in time.
bool Stream::is_in_doubt(SteadyTime now) {
  if (!stood_still(now)) return false;
  const Standing standing = pace_.tell(sent_, Asking::before_going_on);
  asking_ = standing == Standing::unknown;
  if (standing == Standing::ended) outcome_ = Outcome::interrupted;
  if (asking_ && now - last_move_ >= pace_.stall_timeout) outcome_ = Outcome::aborted;
  if (standing == Standing::holds) last_move_ = last_told_ = now;
  return standing != Standing::holds;
}

/// Whether the rate lets bytes out now. A pause that the rate makes is not the client's.
bool Stream::is_permitted(SteadyTime now) {
  if (!pace_.rate || !pieces_[piece_].text.empty()) return true;
  if (permitted_ == 0) {
    permitted_ = std::min(pieces_[piece_].range.length, pace_.rate->portion());
    permitted_at_ = pace_.rate->reserve(permitted_, now);
    if (permitted_at_ > now) window_ += permitted_at_ - now;
  }
  if (permitted_at_ <= now) return true;
  last_move_ = now;
  return false;
}

/// Whether the next bytes of a file that comes from afar have come. A pause that they make is not the client's.
bool Stream::is_here(SteadyTime now) {
  const Piece& piece = pieces_[piece_];
  if (!piece.text.empty() || !copied_.empty() || file_.is_ready(piece.range.first)) return true;
  window_ += now - last_move_;
  last_move_ = now;
  if (!tell(now)) outcome_ = Outcome::interrupted;
  return false;
}

Step Stream::send_some(Piece& piece) {
  if (!piece.text.empty()) {
    const Step step = connection_.send(piece.text);
    piece.text.erase(0, step.bytes);
    return step;
  }
  const Range next{.first = piece.range.first,
                   .length = pace_.rate ? std::min(piece.range.length, permitted_) : piece.range.length};
  const Step step = file_.descriptor() < 0 ? copy(next) : connection_.send_file(file_.descriptor(), next.first, next.length);
  piece.range.first += step.bytes;
  piece.range.length -= step.bytes;
  sent_ += step.bytes;
  if (pace_.rate) permitted_ -= step.bytes;
  return step;
}

/// Through user space, for files that have no descriptor.
Step Stream::copy(const Range& range) {
  if (copied_.empty()) {
    copied_.resize(std::min<std::uint64_t>(range.length, copied_at_once));
    copied_.resize(file_.read(range.first, copied_));
    if (copied_.empty()) return {.state = Step::State::short_file};
  }
  const Step step = connection_.send(std::string_view{copied_}.substr(0, range.length));
  copied_.erase(0, step.bytes);
  return step;
}

/// Tells how far it is, when it is time to. @return false if the delivery is to be cut
bool Stream::tell(SteadyTime now) {
  if (!pace_.tell || now - last_told_ < pace_.tell_every) return true;
  last_told_ = now;
  return pace_.tell(sent_, Asking::in_passing) != Standing::ended;
}

bool Stream::is_too_slow(SteadyTime now) {
  if (pace_.slowest == 0 || now - window_ < pace_.slowest_over) return false;
  const auto seconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now - window_).count());
  const bool too_slow = sent_ - sent_before_window_ < pace_.slowest * seconds;
  window_ = now;
  sent_before_window_ = sent_;
  return too_slow;
}

Streamed run(Stream& stream, const Connection& connection) {
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    switch (stream.advance(now)) {
      case Stream::Turn::more:
        break;
      case Stream::Turn::blocked:
        wait(connection, std::chrono::ceil<std::chrono::milliseconds>(stream.wake() - now));
        break;
      case Stream::Turn::resting:
        std::this_thread::sleep_until(stream.wake());
        break;
      case Stream::Turn::over:
        return stream.result();
    }
  }
}

}  // namespace claimcheck::fcgi
