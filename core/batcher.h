#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
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
    Waiting self{.ask = std::move(ask)};
    std::unique_lock lock{mutex_};
    waiting_.push_back(&self);
    give_turns();
    while (!self.is_served()) {
      self.changed.wait(lock, [&] { return self.turn || self.is_served(); });
      if (!self.turn) continue;
      gather(lock);
      serve(lock, work);
      give_back(self);
    }
    if (self.turn) give_back(self);  // another was faster
    if (self.reply) return std::move(*self.reply);
    throw self.fault.value_or(Error{Errc::internal});
  }

 private:
  struct Waiting {
    Ask ask;
    std::optional<Reply> reply = {};
    std::optional<Error> fault = {};
    bool turn = false;  ///< to work, for itself or for others
    std::condition_variable changed = {};
    bool is_served() const { return reply || fault; }
  };

  void give_turns() {
    for (Waiting* each : waiting_) {
      if (at_work_ >= at_once_) return;
      if (std::exchange(each->turn, true)) continue;
      ++at_work_;
      each->changed.notify_one();
    }
  }

  void give_back(Waiting& self) {
    self.turn = false;
    --at_work_;
    give_turns();
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

  /// Works for those who wait, if others have left any.
  void serve(std::unique_lock<std::mutex>& lock, const Work& work) {
    if (waiting_.empty()) return;
    std::vector<Waiting*> served;
    std::vector<Ask> asks;
    while (!waiting_.empty() && served.size() < most_) {
      served.push_back(waiting_.front());
      asks.push_back(std::move(waiting_.front()->ask));
      waiting_.pop_front();
    }
    lock.unlock();
    std::vector<Reply> replies;
    std::optional<Error> fault;
    try {
      replies = work(asks);
    } catch (const Error& error) {
      fault = error;
    } catch (const std::exception& error) {
      fault = Error{Errc::internal, error.what()};
    }
    lock.lock();
    // Whoever came while the store was failing would only find out the same, as long after.
    if (fault && fault->code() == Errc::unavailable) {
      served.insert(served.end(), waiting_.begin(), waiting_.end());
      waiting_.clear();
    }
    for (std::size_t i = 0; i < served.size(); ++i) {
      if (fault)
        served[i]->fault = fault;
      else
        served[i]->reply = std::move(replies[i]);
      served[i]->changed.notify_one();
    }
  }

  const std::size_t most_;
  const int at_once_;
  std::mutex mutex_;
  int at_work_ = 0;  ///< how many have the turn
  std::deque<Waiting*> waiting_;
};

}  // namespace claimcheck
