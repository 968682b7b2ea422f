#pragma once

#include <algorithm>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/delivery_log.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// DeliveryLog, DeliveryCorrections and RefusalFeed over a Memory.
class MemoryDeliveryLog final : public DeliveryLog, public DeliveryCorrections, public RefusalFeed {
 public:
  explicit MemoryDeliveryLog(Memory& memory) : memory_(memory) {}

  void append(std::span<const DeliveryRecord> records) override {
    const std::lock_guard guard{memory_.mutex_};
    for (const DeliveryRecord& record : records) memory_.deliveries_.emplace(record.id, record);
  }

  void count(std::span<const RefusalRecord> refusals) override {
    const std::lock_guard guard{memory_.mutex_};
    for (const RefusalRecord& refusal : refusals) {
      const auto same = [&](const RefusalRecord& each) { return told_together(each, refusal); };
      const auto kept = std::find_if(memory_.refusals_.begin(), memory_.refusals_.end(), same);
      if (kept != memory_.refusals_.end())
        add(*kept, refusal);
      else
        memory_.refusals_.push_back(refusal);
    }
  }

  std::vector<DeliveryRecord> of_token(const TokenId& token, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<DeliveryRecord> records;
    for (const auto& [id, record] : memory_.deliveries_) {
      if (record.token == token) records.push_back(record);
    }
    std::sort(records.begin(), records.end(),
              [](const auto& a, const auto& b) { return std::tie(a.ended, a.id) > std::tie(b.ended, b.id); });
    return first_of(std::move(records), limit);
  }

  std::vector<RefusalRecord> refusals_of_token(const TokenId& token, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<RefusalRecord> records;
    for (const RefusalRecord& record : memory_.refusals_) {
      if (record.token == token) records.push_back(record);
    }
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.last > b.last; });
    return first_of(std::move(records), limit);
  }

  std::int64_t prune(Time before, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<std::pair<Time, std::string>> old;
    for (const auto& [id, record] : memory_.deliveries_) {
      if (record.ended < before) old.emplace_back(record.ended, id);
    }
    std::sort(old.begin(), old.end());
    old = first_of(std::move(old), limit);
    for (const auto& [end, id] : old) memory_.deliveries_.erase(id);
    std::sort(memory_.refusals_.begin(), memory_.refusals_.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
    std::int64_t removed = std::ssize(old);
    for (int i = 0; i < limit && !memory_.refusals_.empty() && memory_.refusals_.front().last < before; ++i, ++removed)
      memory_.refusals_.erase(memory_.refusals_.begin());
    return removed;
  }

  std::vector<DeliveryRecord> find(std::span<const std::string> ids) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<DeliveryRecord> records;
    for (const auto& [id, record] : memory_.deliveries_) {
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) records.push_back(record);
    }
    return records;
  }

  std::vector<RefusalRecord> operators_faults(Time since, int limit) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<RefusalRecord> records;
    for (const RefusalRecord& record : memory_.refusals_) {
      const bool operators = record.error == "file_not_found" || record.error == "file_changed";
      if (operators && record.last >= since) records.push_back(record);
    }
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
    return first_of(std::move(records), limit);
  }

  void correct(const DeliveryRecord& record) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.deliveries_.find(record.id);
    if (found == memory_.deliveries_.end() || found->second.outcome != Outcome::handed_off) return;
    found->second.sent = record.sent;
    found->second.outcome = record.outcome;
    found->second.completed = record.completed;
  }

  void take_back_completion(const TokenId& token, const std::string& claim) override {
    const std::lock_guard guard{memory_.mutex_};
    for (auto& [id, record] : memory_.deliveries_)
      if (record.token == token && record.claim == claim) record.completed = false;
  }

 private:
  template <class Record>
  static std::vector<Record> first_of(std::vector<Record> records, int limit) {
    records.erase(records.begin() + std::min(std::ptrdiff_t{limit}, std::ssize(records)), records.end());
    return records;
  }

  Memory& memory_;
};

}  // namespace claimcheck::test
