#pragma once

#include <mutex>
#include <optional>

#include "core/overview.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// Overview over a Memory, which must outlive it.
class MemoryOverview final : public Overview {
 public:
  explicit MemoryOverview(Memory& memory) : memory_(memory) {}

  LiveTokens live_tokens(Time now, Time expiring_by) override {
    const std::lock_guard guard{memory_.mutex_};
    LiveTokens live;
    for (const auto& [id, token] : memory_.tokens_) {
      if (state_of(token, now) != TokenState::active) continue;
      ++live.all;
      if (token.expires_at <= expiring_by) ++live.expiring;
    }
    return live;
  }

  std::optional<LockExamination> lock() override {
    const std::lock_guard guard{memory_.mutex_};
    return memory_.lock_;
  }

 private:
  Memory& memory_;
};

}  // namespace claimcheck::test
