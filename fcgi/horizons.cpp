#include "fcgi/horizons.h"

#include <algorithm>

namespace claimcheck::fcgi {
namespace {

constexpr std::size_t slots = 4096;
constexpr std::size_t most_tries = 16;

/// FNV-1a: the same in every process. 0 means an empty slot.
std::uint64_t key_of(const std::string& name) {
  std::uint64_t key = 14695981039346656037ULL;
  for (const char c : name) key = (key ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return std::max<std::uint64_t>(key, 1);
}

}  // namespace

Horizons::Horizons() : own_(slots), slots_(own_) {}

Horizons::Horizons(const std::string& shared_name) : memory_(shared_name, slots * sizeof(Slot)) {
  // All zero is what Slot's members are made of; they are never destroyed.
  if (memory_.data() != nullptr) {
    slots_ = {static_cast<Slot*>(memory_.data()), slots};
    return;
  }
  own_ = std::vector<Slot>(slots);
  slots_ = own_;
}

Horizon* Horizons::find(const std::string& name, std::int64_t free_before) {
  const std::uint64_t key = key_of(name);
  const auto nth = [&](std::size_t i) -> Slot& { return slots_[(key + i) % slots_.size()]; };
  for (std::size_t i = 0; i < most_tries; ++i)
    if (nth(i).key == key) return &nth(i).horizon;
  for (std::size_t i = 0; i < most_tries; ++i) {
    std::uint64_t held = nth(i).key;
    const bool free = held == 0 || nth(i).horizon < free_before;
    if (free && nth(i).key.compare_exchange_strong(held, key)) return &nth(i).horizon;
    if (nth(i).key == key) return &nth(i).horizon;  // another process was faster
  }
  return nullptr;
}

}  // namespace claimcheck::fcgi
