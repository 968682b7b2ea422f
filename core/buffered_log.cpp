#include "core/buffered_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/error.h"

namespace claimcheck {
namespace {

constexpr std::chrono::milliseconds longest_wait{200};
constexpr std::chrono::seconds before_next_attempt{1};
constexpr std::size_t batch = 100;   ///< rows of one statement; so many are written without waiting for more
constexpr std::size_t most = 5'000;  ///< kept while the store is down

/// Hands records over in batches; those that were taken are removed even if a later batch fails.
template <class Record, class Write>
void write_batches(std::vector<Record>& records, const Write& write) {
  while (!records.empty()) {
    const std::size_t count = std::min(records.size(), batch);
    write(std::span<const Record>{records}.first(count));
    records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

template <class Record>
void drop_oldest(std::vector<Record>& records) {
  if (records.size() > most) records.erase(records.begin(), records.end() - static_cast<std::ptrdiff_t>(most));
}

template <class Record>
void put_in_front(std::vector<Record>& records, std::vector<Record> older) {
  older.insert(older.end(), std::make_move_iterator(records.begin()), std::make_move_iterator(records.end()));
  records = std::move(older);
  drop_oldest(records);
}

}  // namespace

void BufferedLog::add(DeliveryRecord record, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  note_arrival(now);
  records_.deliveries.push_back(std::move(record));
  drop_oldest(records_.deliveries);
}

void BufferedLog::add(RefusalRecord refusal, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  note_arrival(now);
  std::vector<RefusalRecord>& refusals = records_.refusals;
  const auto same = std::ranges::find_if(refusals, [&](const RefusalRecord& each) { return told_together(each, refusal); });
  if (same != refusals.end()) return claimcheck::add(*same, refusal);
  refusals.push_back(std::move(refusal));
  drop_oldest(refusals);
}

bool BufferedLog::empty() const {
  const std::lock_guard guard{mutex_};
  return records_.empty();
}

std::optional<BufferedLog::SteadyTime> BufferedLog::due() const {
  const std::lock_guard guard{mutex_};
  if (records_.empty()) return std::nullopt;
  return due_;
}

void BufferedLog::flush(DeliveryLog& log, SteadyTime now) {
  Records records;
  {
    const std::lock_guard guard{mutex_};
    std::swap(records, records_);
  }
  try {
    write_batches(records.deliveries, [&](std::span<const DeliveryRecord> some) { log.append(some); });
    write_batches(records.refusals, [&](std::span<const RefusalRecord> some) { log.count(some); });
  } catch (const Error&) {
    put_back(std::move(records), now);
    throw;
  }
}

void BufferedLog::put_back(Records records, SteadyTime now) {
  const std::lock_guard guard{mutex_};
  put_in_front(records_.deliveries, std::move(records.deliveries));
  put_in_front(records_.refusals, std::move(records.refusals));
  due_ = next_attempt_ = now + before_next_attempt;
}

/// While an attempt has failed lately, also much waits for the next.
void BufferedLog::note_arrival(SteadyTime now) {
  if (records_.empty()) due_ = now + longest_wait;
  if (records_.size() + 1 == batch) due_ = std::min(due_, std::max(now, next_attempt_));
}

}  // namespace claimcheck
