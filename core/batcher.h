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
#include <variant>
#include <vector>

#include "core/error.h"

namespace claimcheck {

/// Joins what several threads ask for at the same time into a few pieces of work. Who asks while fewer than so many are under
/// way works at once; who asks meanwhile waits, and all who wait are served together by the next piece of work, which one of
/// them does. So nobody waits for company, and a crowd costs little more than one. Who need not know the reply leaves what it
/// asks for that piece of work. Safe to share between threads.
template <class Ask, class Reply>
class Batcher {
 public:
  /// Answers all of `asks`, in their order. What it throws, as an Error, is thrown to all who asked.
  using Work = std::function<std::vector<Reply>(std::span<const Ask> asks)>;

  /// What came of an ask: the reply, or what the work threw.
  using Served = std::variant<Reply, Error>;
  /// Hears of it, on the thread that did the work. Must not throw.
  using Told = std::function<void(Served served)>;

  /// @param most     asks of one piece of work
  /// @param at_once  pieces of work
  Batcher(std::size_t most, int at_once) : most_(most), at_once_(at_once) {}

  /// @param work  what this thread would do for all; another thread's may be done instead, so they must be worth the same
  Reply ask(Ask ask, const Work& work) {
    const auto self = std::make_shared<Waiting>(std::move(ask), Told{});
    enter(self);
    while (self->wait() == Call::turn) take_turn(*self, work);
    return self->reply();
  }

  /// Asks without waiting: served as soon as it would be by ask(), whoever does the work; this thread, if it may work at once.
  void leave(Ask ask, const Work& work, Told told) {
    const auto self = std::make_shared<Waiting>(std::move(ask), std::move(told));
    {
      const std::lock_guard guard{mutex_};
      waiting_.push_back(self);
      if (at_work_ >= at_once_) return;  // who is at work looks for more when it is done
      ++at_work_;
    }
    take_turn(*self, work);
  }

 private:
  enum class Call { turn, served };

  /// Somebody who asks, or who has left what he asks. Each has a lock of its own to be woken by: a crowd that shared one would
  /// be woken to wait again, for the lock. Shared, since who is woken may leave before whoever woke it is done with that.
  class Waiting {
   public:
    Waiting(Ask asked, Told hears) : ask(std::move(asked)), told_(std::move(hears)) {}

    Ask ask;                // this and the next two are guarded by the queue's mutex
    bool is_queued = true;  ///< nobody has begun to serve it
    bool has_turn = false;  ///< to work, for itself and for others

    /// Whether somebody waits who could do the work.
    bool is_here() const { return !told_; }

    void tell_turn() {
      wake([this] { turn_ = true; });
    }
    void tell(Served served) {
      if (told_) return told_(std::move(served));
      wake([&] { served_ = std::move(served); });
    }

    Call wait() {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return turn_ || served_; });
      return std::exchange(turn_, false) ? Call::turn : Call::served;
    }

    /// Once it is served.
    Reply reply() {
      Served served = std::move(served_).value_or(Error{Errc::internal});
      if (const auto* fault = std::get_if<Error>(&served)) throw *fault;
      return std::get<Reply>(std::move(served));
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

    const Told told_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool turn_ = false;
    std::optional<Served> served_;
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
      if (!each->is_here() || std::exchange(each->has_turn, true)) continue;
      ++at_work_;
      given.push_back(each);
    }
    return given;
  }

  /// Works for `self` and for those who wait with it, unless somebody else has begun to; then for what was left meanwhile, if
  /// nobody is there who could.
  void take_turn(Waiting& self, const Work& work) {
    std::unique_lock lock{mutex_};
    gather(lock);
    Several served;
    if (self.is_queued) served = take_some();
    while (true) {
      lock.unlock();
      Replies replies = carry_out(work, served);
      lock.lock();
      // Whoever came while the store was failing would only find out the same, as long after.
      if (is_down(replies)) move_all_to(served);
      self.has_turn = false;
      --at_work_;
      const Several next = give_turns();
      Several left = take_what_is_left();
      lock.unlock();
      for (const auto& each : next) each->tell_turn();
      tell(served, std::move(replies));
      if (left.empty()) return;
      served = std::move(left);
      lock.lock();
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

  /// With the mutex. @return what nobody is there to work for, if somebody may work; then this is at work again
  Several take_what_is_left() {
    if (at_work_ >= at_once_ || std::ranges::any_of(waiting_, [](const auto& each) { return each->is_here(); })) return {};
    Several left = take_some();
    if (!left.empty()) ++at_work_;
    return left;
  }

  /// With the mutex.
  void move_all_to(Several& several) {
    for (const auto& each : waiting_) each->is_queued = false;
    several.insert(several.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
  }

  /// As many as were served; or the fault of the work.
  using Replies = std::variant<std::vector<Reply>, Error>;

  static Replies carry_out(const Work& work, const Several& served) {
    if (served.empty()) return {};
    std::vector<Ask> asks;
    asks.reserve(served.size());
    for (const auto& each : served) asks.push_back(std::move(each->ask));
    try {
      return work(asks);
    } catch (const Error& error) {
      return error;
    } catch (const std::exception& error) {
      return Error{Errc::internal, error.what()};
    }
  }

  static bool is_down(const Replies& replies) {
    const auto* fault = std::get_if<Error>(&replies);
    return fault != nullptr && fault->code() == Errc::unavailable;
  }

  static void tell(const Several& served, Replies replies) {
    for (std::size_t i = 0; i < served.size(); ++i) {
      if (const auto* fault = std::get_if<Error>(&replies))
        served[i]->tell(*fault);
      else
        served[i]->tell(std::move(std::get<0>(replies)[i]));
    }
  }

  const std::size_t most_;
  const int at_once_;
  std::mutex mutex_;
  int at_work_ = 0;  ///< how many have the turn
  std::deque<std::shared_ptr<Waiting>> waiting_;
};

}  // namespace claimcheck
