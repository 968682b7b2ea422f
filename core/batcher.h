#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"

namespace claimcheck {

/// Joins what several threads ask for at the same time into a few pieces of work. Who asks while fewer than so many are under
/// way works at once; who asks meanwhile waits, and all who wait are served together by the next piece of work, which one of
/// them does. So nobody waits for company, and a crowd costs little more than one. Safe to share between threads.
template <class Ask, class Reply>
class Batcher {
 public:
  /// Answers all of `asks`, in their order. What it throws, as an Error, is thrown to all who asked.
  using Work = std::function<std::vector<Reply>(std::span<const Ask> asks)>;

  /// @param most     asks of one piece of work
  /// @param at_once  pieces of work
  Batcher(std::size_t most, int at_once) : most_(most), at_once_(at_once) {}

  /// @param work  what this thread would do for all; another thread's may be done instead, so they must be worth the same
  Reply ask(Ask ask, const Work& work) {
    const auto self = std::make_shared<Waiting>(std::move(ask));
    enter(self);
    while (self->wait() == Call::turn) take_turn(*self, work);
    return self->reply();
  }

 private:
  enum class Call { turn, served };

  /// Somebody who asks. Each has a lock of its own to be woken by: a crowd that shared one would be woken to wait again, for
  /// the lock. Shared, since who is woken may leave before whoever woke it is done with that.
  class Waiting {
   public:
    explicit Waiting(Ask asked) : ask(std::move(asked)) {}

    Ask ask;                // this and the next two are guarded by the queue's mutex
    bool is_queued = true;  ///< nobody has begun to serve it
    bool has_turn = false;  ///< to work, for itself and for others

    void tell_turn() {
      wake([this] { turn_ = true; });
    }
    void tell(Reply reply) {
      wake([&] { reply_ = std::move(reply); });
    }
    void tell(const Error& fault) {
      wake([&] { fault_ = fault; });
    }

    Call wait() {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return turn_ || reply_ || fault_; });
      return std::exchange(turn_, false) ? Call::turn : Call::served;
    }

    /// Once it is served.
    Reply reply() {
      if (reply_) return std::move(*reply_);
      throw fault_.value_or(Error{Errc::internal});
    }

   private:
    template <class Change>
    void wake(const Change& change) {
      {
        const std::lock_guard guard{mutex_};
        change();
      }
      changed_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool turn_ = false;
    std::optional<Reply> reply_;
    std::optional<Error> fault_;
  };

  using Several = std::vector<std::shared_ptr<Waiting>>;

  void enter(const std::shared_ptr<Waiting>& self) {
    std::unique_lock lock{mutex_};
    waiting_.push_back(self);
    const Several next = give_turns();
    lock.unlock();
    for (const auto& each : next) each->tell_turn();
  }

  /// With the mutex. @return who is to be told
  Several give_turns() {
    Several given;
    for (const auto& each : waiting_) {
      if (at_work_ >= at_once_) break;
      if (std::exchange(each->has_turn, true)) continue;
      ++at_work_;
      given.push_back(each);
    }
    return given;
  }

  /// Works for `self` and for those who wait with it, unless somebody else has begun to.
  void take_turn(Waiting& self, const Work& work) {
    std::unique_lock lock{mutex_};
    gather(lock);
    Several served;
    if (self.is_queued) served = take_some();
    lock.unlock();

    std::vector<Reply> replies;
    std::optional<Error> fault;
    if (!served.empty()) fault = carry_out(work, served, replies);

    lock.lock();
    // Whoever came while the store was failing would only find out the same, as long after.
    if (fault && fault->code() == Errc::unavailable) move_all_to(served);
    self.has_turn = false;
    --at_work_;
    const Several next = give_turns();
    lock.unlock();
    for (const auto& each : next) each->tell_turn();
    for (std::size_t i = 0; i < served.size(); ++i) {
      if (fault)
        served[i]->tell(*fault);
      else
        served[i]->tell(std::move(replies[i]));
    }
  }

  /// Lets those who are about to ask do so, as long as some come. Nobody is waited for: when nothing else can run this takes
  /// no time.
  void gather(std::unique_lock<std::mutex>& lock) {
    for (std::size_t before = 0; before < waiting_.size() && waiting_.size() < most_;) {
      before = waiting_.size();
      lock.unlock();
      std::this_thread::yield();
      lock.lock();
    }
  }

  /// With the mutex.
  Several take_some() {
    const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), most_));
    Several taken{waiting_.begin(), waiting_.begin() + count};
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    for (const auto& each : taken) each->is_queued = false;
    return taken;
  }

  /// With the mutex.
  void move_all_to(Several& several) {
    for (const auto& each : waiting_) each->is_queued = false;
    several.insert(several.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
  }

  /// @return the fault of the work
  static std::optional<Error> carry_out(const Work& work, const Several& served, std::vector<Reply>& replies) {
    std::vector<Ask> asks;
    asks.reserve(served.size());
    for (const auto& each : served) asks.push_back(std::move(each->ask));
    try {
      replies = work(asks);
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    } catch (const std::exception& error) {
      return Error{Errc::internal, error.what()};
    }
  }

  const std::size_t most_;
  const int at_once_;
  std::mutex mutex_;
  int at_work_ = 0;  ///< how many have the turn
  std::deque<std::shared_ptr<Waiting>> waiting_;
};

}  // namespace claimcheck
