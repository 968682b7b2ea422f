#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/error.h"
#include "fcgi/shared_memory.h"

namespace claimcheck::fcgi {

/// Upper bounds of the classes into which admissions are sorted by how long they took; there is one more for what is longer.
inline constexpr std::array admission_bounds{
    std::chrono::microseconds{500},     std::chrono::microseconds{1'000},     std::chrono::microseconds{2'500},
    std::chrono::microseconds{5'000},   std::chrono::microseconds{10'000},    std::chrono::microseconds{25'000},
    std::chrono::microseconds{50'000},  std::chrono::microseconds{100'000},   std::chrono::microseconds{250'000},
    std::chrono::microseconds{500'000}, std::chrono::microseconds{1'000'000}, std::chrono::microseconds{2'500'000}};

/// As many as there are error codes.
inline constexpr std::size_t error_codes = static_cast<std::size_t>(Errc::internal) + 1;

/// What the meters show.
struct MeterReadings {
  std::array<std::uint64_t, admission_bounds.size() + 1> admissions{};  ///< by class
  std::chrono::nanoseconds admission_time{};                            ///< of all of them together
  std::uint64_t database_errors = 0;
  std::array<std::uint64_t, error_codes> refused{};  ///< requests without a token, by error
  std::int64_t active = 0;                           ///< deliveries under way
};

/// Numbers that may only grow where they are shown.
enum class Grown { started, completed, bytes };

/// What the workers of one configuration count together, without locks and without the database: in POSIX shared memory, which
/// lasts until the machine is started again; if there is none to be had, each process for itself. Safe to share between
/// threads.
class Meters {
 public:
  /// Of this process alone.
  Meters();
  /// Of all processes of this user that give the same name.
  explicit Meters(const std::string& shared_name);
  /// What this process has under way is over.
  ~Meters();
  Meters(const Meters&) = delete;
  Meters& operator=(const Meters&) = delete;

  void count_admission(std::chrono::nanoseconds took);
  void count_database_error();
  void count_refusal(Errc code);
  /// @return what ends the delivery when it is let go; it must not outlive this object
  std::shared_ptr<void> begin_delivery();

  /// Deliveries of processes that are gone are not shown, however they ended.
  MeterReadings read() const;
  /// What to show of a number that only grows: the log may be corrected a little downwards, which would look like a fresh
  /// start. @return `value`, or what was shown before if that is a little more
  std::uint64_t show(Grown which, std::uint64_t value);

 private:
  struct Process;
  struct Board;

  static Process& enter(Board& board);

  SharedMemory memory_;
  std::unique_ptr<Board> own_;
  Board& board_;
  Process& self_;
};

}  // namespace claimcheck::fcgi
