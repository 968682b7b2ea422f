#include "fcgi/meters.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace claimcheck::fcgi {
namespace {

using Counter = std::atomic<std::uint64_t>;
static_assert(Counter::is_always_lock_free, "locks cannot be shared by processes");

constexpr std::size_t processes = 1024;
constexpr int bits_of_start = 40;  // hundredths of a second: 348 years

/// A process in one number that no other has while the machine runs: its id, and when it began; 0 if there is none of that id.
/// Source: proc(5), /proc/PID/stat: the 22nd field, the 20th behind the name in parentheses.
std::uint64_t identity_of(std::int64_t pid) {
  constexpr int fields_before_start = 19;
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  const std::string stat{std::istreambuf_iterator<char>{file}, {}};
  std::size_t at = stat.rfind(')');
  if (at == std::string::npos) return 0;
  for (int i = 0; i <= fields_before_start && at != std::string::npos; ++i) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return 0;
  std::uint64_t start = 0;
  std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), start);
  return static_cast<std::uint64_t>(pid) << bits_of_start | (start & ((std::uint64_t{1} << bits_of_start) - 1));
}

bool is_alive(std::uint64_t identity) {
  return identity_of(static_cast<std::int64_t>(identity >> bits_of_start)) == identity;
}

}  // namespace

/// A process and what it has under way.
struct Meters::Process {
  Counter identity;  ///< 0: none
  std::atomic<std::int64_t> active;
};

/// All zero is what it is made of at first; it is never destroyed where it is shared.
struct Meters::Board {
  std::array<Counter, admission_bounds.size() + 1> admissions{};
  Counter admission_nanoseconds{};
  Counter database_errors{};
  std::array<Counter, error_codes> refused{};
  std::array<Counter, 3> shown{};
  std::array<Process, processes> running{};
  Process overflow{};  ///< of processes for which there was no room: what they have under way is not shown
};

Meters::Meters() : own_(std::make_unique<Board>()), board_(*own_), self_(enter(board_)) {}

Meters::Meters(const std::string& shared_name)
    : memory_(shared_name, sizeof(Board)),
      own_(memory_.data() == nullptr ? std::make_unique<Board>() : nullptr),
      board_(own_ ? *own_ : *static_cast<Board*>(memory_.data())),
      self_(enter(board_)) {}

Meters::~Meters() {
  if (&self_ == &board_.overflow) return;
  self_.active = 0;
  self_.identity = 0;
}

/// A place that is free, or whose process is gone.
Meters::Process& Meters::enter(Board& board) {
  const std::uint64_t self = identity_of(::getpid());
  for (const bool also_dead : {false, true})
    for (Process& place : board.running) {
      std::uint64_t held = place.identity;
      if (held != 0 && !(also_dead && !is_alive(held))) continue;
      if (!place.identity.compare_exchange_strong(held, self)) continue;
      place.active = 0;
      return place;
    }
  return board.overflow;
}

void Meters::count_admission(std::chrono::nanoseconds took) {
  const auto bound = std::ranges::lower_bound(admission_bounds, took);
  ++board_.admissions.at(static_cast<std::size_t>(bound - admission_bounds.begin()));
  board_.admission_nanoseconds += static_cast<std::uint64_t>(took.count());
}

void Meters::count_database_error() {
  ++board_.database_errors;
}

void Meters::count_refusal(Errc code) {
  ++board_.refused.at(static_cast<std::size_t>(code));
}

std::shared_ptr<void> Meters::begin_delivery() {
  ++self_.active;
  return {&self_, [](Process* process) { --process->active; }};
}

MeterReadings Meters::read() const {
  MeterReadings readings;
  std::ranges::copy(board_.admissions, readings.admissions.begin());
  readings.admission_time = std::chrono::nanoseconds{static_cast<std::int64_t>(board_.admission_nanoseconds.load())};
  readings.database_errors = board_.database_errors;
  std::ranges::copy(board_.refused, readings.refused.begin());
  for (const Process& process : board_.running)
    if (const std::int64_t active = process.active; active > 0 && is_alive(process.identity)) readings.active += active;
  return readings;
}

std::uint64_t Meters::show(Grown which, std::uint64_t value) {
  Counter& shown = board_.shown.at(static_cast<std::size_t>(which));
  std::uint64_t before = shown;
  while (value >= before || value < before / 2)  // less than half is another log
    if (shown.compare_exchange_weak(before, value)) return value;
  return before;
}

}  // namespace claimcheck::fcgi
