#include "fcgi/checkpoints.h"

#include <algorithm>
#include <utility>

namespace claimcheck::fcgi {

void Checkpoints::begin(const TokenId& token, Progress progress, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  Row& row = rows_[token];
  if (row.deliveries.empty()) row.written = now;
  row.deliveries.push_back({.progress = std::move(progress), .acknowledged = now});
}

Standing Checkpoints::tell(const TokenId& token, const std::string& delivery, std::uint64_t sent, Asking asking, SteadyTime now,
                           const Write& write) {
  std::unique_lock lock{mutex_};
  Row& row = rows_.at(token);
  const auto find = [&] {
    return std::ranges::find(row.deliveries, delivery, [](const Delivery& each) { return each.progress.delivery; });
  };
  const auto asker = find();
  asker->progress.sent = sent;
  if (asking == Asking::before_going_on && !asker->asked) asker->asked = now;
  if (row.writing || asker->ended || !is_due(row, *asker, now)) return standing(*asker, now);

  Checkpoint checkpoint{.token = token, .progress = news(row, *asker), .asked = now};
  row.writing = true;
  row.written = now;
  lock.unlock();
  write(std::move(checkpoint));
  lock.lock();
  return standing(*find(), now);  // the row stays: the asker is in it
}

void Checkpoints::written(const Checkpoint& checkpoint, const std::optional<std::vector<std::string>>& ended) {
  const std::lock_guard guard{mutex_};
  const auto row = rows_.find(checkpoint.token);
  if (row == rows_.end()) return;  // all of them have come to their ends meanwhile
  row->second.writing = false;
  if (!ended) return;
  for (Delivery& delivery : row->second.deliveries) {
    const auto told = std::ranges::find(checkpoint.progress, delivery.progress.delivery, &Progress::delivery);
    if (told == checkpoint.progress.end()) continue;
    delivery.stored = told->sent;
    delivery.acknowledged = checkpoint.asked;
    delivery.ended = delivery.ended || std::ranges::find(*ended, told->delivery) != ended->end();
  }
}

void Checkpoints::end(const TokenId& token, const std::string& delivery) {
  const std::lock_guard guard{mutex_};
  const auto row = rows_.find(token);
  std::erase_if(row->second.deliveries, [&](const Delivery& each) { return each.progress.delivery == delivery; });
  if (row->second.deliveries.empty()) rows_.erase(row);
}

bool Checkpoints::is_due(const Row& row, const Delivery& asker, SteadyTime now) {
  if (asker.asked) return asker.acknowledged < *asker.asked;
  const std::uint64_t untold = asker.progress.sent - asker.stored;
  return untold > 0 && now - row.written >= (untold < little ? every_if_little : every);
}

/// Whoever waits for an answer gets one only from a checkpoint that was asked for since.
Standing Checkpoints::standing(Delivery& delivery, SteadyTime now) {
  if (delivery.ended) return Standing::ended;
  if (delivery.asked) {
    if (delivery.acknowledged < *delivery.asked) return Standing::unknown;
    delivery.asked.reset();
    return Standing::holds;
  }
  const bool acknowledged = delivery.progress.sent == delivery.stored;
  return acknowledged || now - delivery.acknowledged < longest_silence ? Standing::holds : Standing::ended;
}

/// What the store does not know yet of this token's deliveries; that of the asker in any case.
std::vector<Progress> Checkpoints::news(const Row& row, const Delivery& asker) {
  std::vector<Progress> news;
  for (const Delivery& delivery : row.deliveries)
    if (&delivery == &asker || (!delivery.ended && delivery.progress.sent > delivery.stored)) news.push_back(delivery.progress);
  return news;
}

}  // namespace claimcheck::fcgi
