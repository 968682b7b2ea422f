#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/key_store.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// KeyStore over a Memory.
class MemoryKeyStore final : public KeyStore {
 public:
  explicit MemoryKeyStore(Memory& memory) : memory_(memory) {}

  bool add(const ApiKey& key) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto same_digest = [&](const auto& entry) { return entry.second.digest == key.digest; };
    if (std::any_of(memory_.keys_.begin(), memory_.keys_.end(), same_digest)) return false;
    return memory_.keys_.emplace(key.id, key).second;
  }

  std::optional<ApiKey> find(const Digest& digest) override {
    const std::lock_guard guard{memory_.mutex_};
    for (const auto& [id, key] : memory_.keys_) {
      if (key.digest == digest) return key;
    }
    return std::nullopt;
  }

  std::optional<ApiKey> find(const std::string& id) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.keys_.find(id);
    return found == memory_.keys_.end() ? std::nullopt : std::optional{found->second};
  }

  std::vector<ApiKey> list() override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<ApiKey> keys;
    for (const auto& [id, key] : memory_.keys_) keys.push_back(key);
    std::sort(keys.begin(), keys.end(),
              [](const auto& a, const auto& b) { return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id); });
    return keys;
  }

  bool revoke(const std::string& id, Time now) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto found = memory_.keys_.find(id);
    if (found == memory_.keys_.end() || found->second.revoked_at) return false;
    found->second.revoked_at = now;
    return true;
  }

 private:
  Memory& memory_;
};

}  // namespace claimcheck::test
