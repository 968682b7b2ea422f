#include "core/buffered_log.h"

#include <algorithm>
#include <utility>

namespace claimcheck {
namespace {

constexpr std::chrono::seconds longest_wait{1};
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
  if (records.size() > most) records.erase(records.begin());
}

}  // namespace

void BufferedLog::add(DeliveryRecord record, SteadyTime now) {
  note_arrival(now);
  deliveries_.push_back(std::move(record));
  drop_oldest(deliveries_);
}

void BufferedLog::add(RefusalRecord refusal, SteadyTime now) {
  note_arrival(now);
  const auto same = std::ranges::find_if(refusals_, [&](const RefusalRecord& each) { return told_together(each, refusal); });
  if (same != refusals_.end()) return claimcheck::add(*same, refusal);
  refusals_.push_back(std::move(refusal));
  drop_oldest(refusals_);
}

bool BufferedLog::due(SteadyTime now) const {
  return !empty() && (now - oldest_ >= longest_wait || deliveries_.size() + refusals_.size() >= batch);
}

void BufferedLog::flush() {
  write_batches(deliveries_, [&](std::span<const DeliveryRecord> records) { log_.append(records); });
  write_batches(refusals_, [&](std::span<const RefusalRecord> refusals) { log_.count(refusals); });
}

void BufferedLog::note_arrival(SteadyTime now) {
  if (empty()) oldest_ = now;
}

}  // namespace claimcheck
