#include "fcgi/throttle.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace claimcheck::fcgi {
namespace {

using SteadyTime = Rate::SteadyTime;
using std::chrono::nanoseconds;

constexpr std::size_t slots = 4096;
constexpr std::size_t most_tries = 16;
/// A slot whose reservations are so long over is nobody's any more.
constexpr std::int64_t forgotten_after = nanoseconds{std::chrono::minutes{10}}.count();

std::int64_t count_of(SteadyTime time) {
  return nanoseconds{time.time_since_epoch()}.count();
}

/// FNV-1a: the same in every process. 0 means an empty slot.
std::uint64_t key_of(const std::string& name) {
  std::uint64_t key = 14695981039346656037ULL;
  for (const char c : name) key = (key ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return std::max<std::uint64_t>(key, 1);
}

/// Shared memory of this user's, all zero at first; nullptr if there is none to be had, or if somebody else made it.
void* map_shared(const std::string& name, std::size_t size) {
  const int fd = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return nullptr;
  struct stat status{};
  void* memory = MAP_FAILED;
  if (::fstat(fd, &status) == 0 && status.st_uid == ::geteuid() && (status.st_mode & 077) == 0 &&
      ::ftruncate(fd, static_cast<off_t>(size)) == 0)
    memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

std::uint64_t Rate::portion() const {
  constexpr std::uint64_t in_a_second = 5, most = 256ULL * 1024;
  return std::clamp<std::uint64_t>(per_second_ / in_a_second, 1, most);
}

std::int64_t Rate::time_for(std::uint64_t bytes) const {
  return static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) / static_cast<double>(per_second_));
}

SteadyTime Rate::reserve(std::uint64_t bytes, SteadyTime now) {
  const std::int64_t earliest = count_of(now) - time_for(burst_);
  std::int64_t horizon = horizon_;
  std::int64_t start = 0;
  do {
    start = std::max(horizon, earliest);
  } while (!horizon_.compare_exchange_weak(horizon, start + time_for(bytes)));
  return SteadyTime{nanoseconds{start}};
}

std::shared_ptr<void> Crowds::enter(const std::string& name, std::size_t most) {
  const std::lock_guard guard{mutex_};
  std::size_t& count = counts_[name];
  if (count >= most) return nullptr;
  ++count;
  return {this, [name](Crowds* crowds) {
            const std::lock_guard leaving{crowds->mutex_};
            if (--crowds->counts_[name] == 0) crowds->counts_.erase(name);
          }};
}

Rates::Rates(const std::string& shared_name) {
  // All zero is what Slot's members are made of; they are never destroyed.
  if (void* memory = map_shared(shared_name, slots * sizeof(Slot))) slots_ = {static_cast<Slot*>(memory), slots};
}

Rates::~Rates() {
  if (is_shared()) ::munmap(slots_.data(), slots_.size_bytes());
}

/// The slot of that name, or a free one made its own; nullptr if there is none near where it belongs.
Horizon* Rates::find(const std::string& name) const {
  if (!is_shared()) return nullptr;
  const std::uint64_t key = key_of(name);
  const std::int64_t forgotten = count_of(std::chrono::steady_clock::now()) - forgotten_after;
  const auto nth = [&](std::size_t i) -> Slot& { return slots_[(key + i) % slots_.size()]; };
  for (std::size_t i = 0; i < most_tries; ++i)
    if (nth(i).key == key) return &nth(i).horizon;
  for (std::size_t i = 0; i < most_tries; ++i) {
    std::uint64_t held = nth(i).key;
    const bool free = held == 0 || nth(i).horizon < forgotten;
    if (free && nth(i).key.compare_exchange_strong(held, key)) return &nth(i).horizon;
    if (nth(i).key == key) return &nth(i).horizon;  // another process was faster
  }
  return nullptr;
}

std::shared_ptr<Rate> Rates::share(const std::string& name, std::uint64_t per_second, std::uint64_t burst) {
  const std::lock_guard guard{mutex_};
  std::erase_if(rates_, [](const auto& entry) { return entry.second.expired(); });
  if (const auto found = rates_.find(name); found != rates_.end())
    if (auto rate = found->second.lock()) return rate;
  auto rate = std::make_shared<Rate>(per_second, burst, find(name));
  rates_[name] = rate;
  return rate;
}

}  // namespace claimcheck::fcgi
