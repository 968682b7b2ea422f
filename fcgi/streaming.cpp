#include "fcgi/streaming.h"

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
      : connection_(connection), file_(file), pace_(pace), last_move_(now()), last_checkpoint_(last_move_) {}

  /// @return the outcome that ended the stream, or `complete` for "go on".
  Outcome send(const Piece& piece) {
    if (!piece.text.empty() && !connection_.write(piece.text)) return Outcome::aborted;
    Range left = piece.range;
    while (left.length > 0) {
      const Step step = next(left);
      switch (step.state) {
        case Step::State::moved:
          moved(left, step.bytes);
          break;
        case Step::State::gone:
          return Outcome::aborted;
        case Step::State::short_file:
          return Outcome::failed;
        case Step::State::would_block:
          if (!connection_.wait(std::chrono::seconds{1}) && now() - last_move_ >= pace_.stall_timeout) return Outcome::aborted;
          break;
      }
      if (!keep_going()) return Outcome::aborted;
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

  /// Tells the checkpoint, and looks every second whether the process has to end.
  bool keep_going() {
    const SteadyTime time = now();
    if (pace_.checkpoint && sent_ > checkpointed_ && time - last_checkpoint_ >= pace_.checkpoint_every) {
      pace_.checkpoint(sent_);
      checkpointed_ = sent_;
      last_checkpoint_ = now();
    }
    if (pace_.shutdown == nullptr || time - last_look_ < std::chrono::seconds{1}) return true;
    last_look_ = time;
    return !pace_.shutdown->overdue();
  }

  Connection& connection_;
  OpenFile& file_;
  const Pace& pace_;
  std::uint64_t sent_ = 0, checkpointed_ = 0;
  SteadyTime last_move_, last_checkpoint_, last_look_;
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
