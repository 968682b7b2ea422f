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
  const auto find = [&](const std::string& id) {
    return std::ranges::find(row.deliveries, id, [](const Delivery& each) { return each.progress.delivery; });
  };
  const auto asker = find(delivery);
  asker->progress.sent = sent;
  const bool due = asking == Asking::before_going_on || (sent > asker->stored && now - row.written >= every);
  if (!due || row.writing || asker->ended) return standing(*asker, asking, now);

  const std::vector<Progress> told = news(row, *asker);
  row.writing = true;
  row.written = now;
  lock.unlock();
  const auto ended = write(token, told);  // the row stays: the asker is in it
  lock.lock();
  row.writing = false;
  if (ended) {
    for (const Progress& each : told) {
      const auto place = find(each.delivery);
      if (place == row.deliveries.end()) continue;  // it has come to its end meanwhile
      place->stored = each.sent;
      place->acknowledged = now;
      place->ended = place->ended || std::ranges::find(*ended, each.delivery) != ended->end();
    }
  }
  return standing(*find(delivery), asking, now);
}

void Checkpoints::end(const TokenId& token, const std::string& delivery) {
  const std::lock_guard guard{mutex_};
  const auto row = rows_.find(token);
  std::erase_if(row->second.deliveries, [&](const Delivery& each) { return each.progress.delivery == delivery; });
  if (row->second.deliveries.empty()) rows_.erase(row);
}

Standing Checkpoints::standing(const Delivery& delivery, Asking asking, SteadyTime now) {
  if (delivery.ended) return Standing::ended;
  const bool acknowledged = delivery.acknowledged == now || delivery.progress.sent == delivery.stored;
  if (asking == Asking::before_going_on) return delivery.acknowledged == now ? Standing::holds : Standing::unknown;
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
