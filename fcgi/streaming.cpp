#include "fcgi/streaming.h"

#include <poll.h>

#include <algorithm>
#include <array>

#include "core/error.h"

namespace claimcheck::fcgi {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Copies through user space, for files that have no descriptor.
Step copy(Connection& connection, OpenFile& file, std::uint64_t offset, std::uint64_t length) {
  std::array<char, 65528> buffer{};
  const std::size_t count = file.read(offset, {buffer.data(), std::min<std::uint64_t>(length, buffer.size())});
  if (count == 0) return {.state = Step::State::short_file};
  if (!connection.write({buffer.data(), count})) return {.state = Step::State::gone};
  return {.state = Step::State::moved, .bytes = count};
}

/// One stream under way.
class Stream {
 public:
  Stream(Connection& connection, OpenFile& file, const Pace& pace)
      : connection_(connection), file_(file), pace_(pace), last_move_(pace.admitted), last_told_(now()) {}

  /// @return the outcome that ended the stream, or `complete` for "go on".
  Outcome send(const Piece& piece) {
    if (const Outcome asked = ask_before_going_on(); asked != Outcome::complete) return asked;
    if (!piece.text.empty() && !connection_.write(piece.text)) return Outcome::aborted;
    Range left = piece.range;
    while (left.length > 0) {
      const Step step = next(left);
      Outcome outcome = Outcome::complete;
      switch (step.state) {
        case Step::State::moved:
          moved(left, step.bytes);
          outcome = tell();
          break;
        case Step::State::gone:
          return Outcome::aborted;
        case Step::State::short_file:
          return Outcome::failed;
        case Step::State::would_block:
          outcome = connection_.wait(std::chrono::seconds{1}) ? ask_before_going_on() : tell();
          break;
      }
      if (outcome != Outcome::complete) return outcome;
      if (shall_end()) return Outcome::aborted;
    }
    return Outcome::complete;
  }

  std::uint64_t sent() const { return sent_; }

 private:
  static SteadyTime now() { return std::chrono::steady_clock::now(); }

  Step next(const Range& left) {
    if (file_.descriptor() < 0) return copy(connection_, file_, left.first, left.length);
    return connection_.send_file(file_.descriptor(), left.first, left.length);
  }

  void moved(Range& left, std::uint64_t bytes) {
    left.first += bytes;
    left.length -= bytes;
    sent_ += bytes;
    last_move_ = now();
  }

  /// Tells how far it is, when it is time to; a client that has taken nothing for too long is given up.
  Outcome tell() {
    const SteadyTime time = now();
    if (time - last_move_ >= pace_.stall_timeout) return Outcome::aborted;
    if (!pace_.tell || time - last_told_ < pace_.tell_every) return Outcome::complete;
    last_told_ = time;
    return pace_.tell(sent_, Asking::in_passing) == Standing::ended ? Outcome::interrupted : Outcome::complete;
  }

  /// Bytes can go out (again). After a long pause another delivery may have been let in instead of this one.
  Outcome ask_before_going_on() {
    if (!pace_.tell || now() - last_move_ < pace_.stood_still) return Outcome::complete;
    for (;; ::poll(nullptr, 0, 100)) {
      const Standing standing = pace_.tell(sent_, Asking::before_going_on);
      if (standing == Standing::ended) return Outcome::interrupted;
      if (standing == Standing::holds) break;
      if (now() - last_move_ >= pace_.stall_timeout || shall_end()) return Outcome::aborted;
    }
    last_move_ = last_told_ = now();
    return Outcome::complete;
  }

  /// Looks every second whether the process has to end.
  bool shall_end() {
    const SteadyTime time = now();
    if (pace_.shutdown == nullptr || time - last_look_ < std::chrono::seconds{1}) return false;
    last_look_ = time;
    return pace_.shutdown->overdue();
  }

  Connection& connection_;
  OpenFile& file_;
  const Pace& pace_;
  std::uint64_t sent_ = 0;
  SteadyTime last_move_, last_told_, last_look_;
};

}  // namespace

Streamed stream(Connection& connection, OpenFile& file, const std::vector<Piece>& pieces, const Pace& pace) {
  Stream stream{connection, file, pace};
  Streamed streamed;
  try {
    for (const Piece& piece : pieces) {
      streamed.outcome = stream.send(piece);
      if (streamed.outcome != Outcome::complete) break;
    }
  } catch (const Error&) {
    streamed.outcome = Outcome::failed;  // reading failed; what was sent stays sent
  }
  streamed.sent = stream.sent();
  return streamed;
}

}  // namespace claimcheck::fcgi
