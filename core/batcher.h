#pragma once

#include <algorithm>
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

/// Joins what several threads ask for at the same time into one piece of work. Who asks while nothing is under way works at
/// once, alone; who asks meanwhile waits, and all who wait are served together by the next piece of work, which one of them
/// does. So nobody waits for company, and a crowd costs little more than one. Safe to share between threads.
template <class Ask, class Reply>
class Batcher {
 public:
  /// Answers all of `asks`, in their order. What it throws, as an Error, is thrown to all who asked.
  using Work = std::function<std::vector<Reply>(std::span<const Ask> asks)>;

  /// @param most  asks of one piece of work
  explicit Batcher(std::size_t most) : most_(most) {}

  /// @param work  what this thread would do for all; another thread's may be done instead, so they must be worth the same
  Reply ask(Ask ask, const Work& work) {
    Waiting self{.ask = std::move(ask)};
    std::unique_lock lock{mutex_};
    waiting_.push_back(&self);
    self.turn = !std::exchange(busy_, true);
    self.changed.wait(lock, [&] { return self.turn || self.is_served(); });
    if (!self.is_served()) serve(lock, work);
    if (self.fault) throw Error{*self.fault};
    return std::move(*self.reply);
  }

 private:
  struct Waiting {
    Ask ask;
    std::optional<Reply> reply = {};
    std::optional<Error> fault = {};
    bool turn = false;  ///< it is this one's turn to work
    std::condition_variable changed = {};
    bool is_served() const { return reply || fault; }
  };

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

  /// Works for those who wait; whose turn it is is among the first of them. Then the turn passes on.
  void serve(std::unique_lock<std::mutex>& lock, const Work& work) {
    gather(lock);
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
    busy_ = !waiting_.empty();
    if (!busy_) return;
    waiting_.front()->turn = true;
    waiting_.front()->changed.notify_one();
  }

  const std::size_t most_;
  std::mutex mutex_;
  bool busy_ = false;  ///< somebody works, or has the turn to
  std::deque<Waiting*> waiting_;
};

}  // namespace claimcheck
