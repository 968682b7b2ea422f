#pragma once

#include <map>
#include <string>

#include "core/payments.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// Payments over a Memory.
class MemoryPayments final : public Payments {
 public:
  explicit MemoryPayments(Memory& memory) : memory_(memory) {}

  PaymentState note(const std::string& id, PaymentState state, Time) override {
    const std::lock_guard guard{memory_.mutex_};
    PaymentState& known = memory_.payments_.emplace(id, state).first->second;
    if (known == PaymentState::paid) known = state;
    return known;
  }

  std::optional<PaymentState> find(const std::string& id) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.payments_.find(id);
    return found == memory_.payments_.end() ? std::nullopt : std::optional{found->second};
  }

 private:
  Memory& memory_;
};

}  // namespace claimcheck::test
