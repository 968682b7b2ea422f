#include "checks/country_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <maxminddb.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/descriptor.h"
#include "core/error.h"

namespace claimcheck::checks {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

[[noreturn]] void fail(const std::string& what) {
  throw Error{Errc::unavailable, "[countries] database " + what};
}

/// What changes when a file does.
using Stamp = std::tuple<dev_t, ino_t, off_t, time_t, long>;

Stamp stamp_of(const struct stat& file) {
  return {file.st_dev, file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
}

/// Nothing if there is no such file.
std::optional<Stamp> stamp_of(const std::filesystem::path& path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) return std::nullopt;
  return stamp_of(file);
}

/// A copy of a file that nobody else can change.
Descriptor copied(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) fail(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  Descriptor copy{::memfd_create("countries", MFD_CLOEXEC)};
  if (!copy) fail(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  constexpr std::size_t piece = 1024UL * 1024;
  ssize_t count = 0;
  do {
    count = ::sendfile(copy.number(), file.number(), nullptr, piece);
    if (count < 0) fail(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  } while (count > 0);
  return copy;
}

/// A file that was opened: never changes, so threads may share it.
class Snapshot {
 public:
  explicit Snapshot(const std::filesystem::path& path) : path_(path.string()) {
    const Descriptor copy = copied(path);
    const int fault = MMDB_open(fmt::format("/proc/self/fd/{}", copy.number()).c_str(), MMDB_MODE_MMAP, &database_);
    if (fault != MMDB_SUCCESS) fail(fmt::format("{}: {}", path_, MMDB_strerror(fault)));
  }
  ~Snapshot() { MMDB_close(&database_); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  Whereabouts find(const std::string& address) const {
    int no_address = 0, fault = MMDB_SUCCESS;
    MMDB_lookup_result_s found = MMDB_lookup_string(&database_, address.c_str(), &no_address, &fault);
    if (no_address != 0 || fault == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) return {};
    require(fault);
    if (!found.found_entry) return {};
    MMDB_entry_data_s code{};
    constexpr std::array<const char*, 3> path{"country", "iso_code", nullptr};
    fault = MMDB_aget_value(&found.entry, &code, path.data());
    if (fault == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) return {.kind = Whereabouts::Kind::no_country, .country = {}};
    require(fault);
    if (!code.has_data || code.type != MMDB_DATA_TYPE_UTF8_STRING)
      return {.kind = Whereabouts::Kind::no_country, .country = {}};
    return {.kind = Whereabouts::Kind::country, .country = std::string{code.utf8_string, code.data_size}};
  }

 private:
  void require(int fault) const {
    if (fault != MMDB_SUCCESS) fail(fmt::format("{} is damaged: {}", path_, MMDB_strerror(fault)));
  }

  std::string path_;
  MMDB_s database_{};
};

class MaxMindCountries final : public Countries {
 public:
  MaxMindCountries(std::filesystem::path file, SteadyClock clock) : file_(std::move(file)), clock_(std::move(clock)) {}

  Whereabouts find(const std::string& address) const override { return current()->find(address); }

 private:
  std::shared_ptr<const Snapshot> current() const {
    const std::lock_guard lock{mutex_};
    const SteadyTime now = clock_();
    if (!looked_ || now - *looked_ >= seconds{1}) look(now);
    if (!snapshot_) throw Error{Errc::unavailable, fault_};
    return snapshot_;
  }

  void look(SteadyTime now) const {
    looked_ = now;
    const std::optional<Stamp> stamp = stamp_of(file_);
    if (stamp && stamp == stamp_) return;
    stamp_ = stamp;
    snapshot_.reset();
    try {
      snapshot_ = std::make_shared<const Snapshot>(file_);
    } catch (const Error& error) {
      fault_ = error.what();
    }
  }

  std::filesystem::path file_;
  SteadyClock clock_;
  mutable std::mutex mutex_;
  mutable std::optional<SteadyTime> looked_;
  mutable std::optional<Stamp> stamp_;
  mutable std::shared_ptr<const Snapshot> snapshot_;  // not set: `fault_` says why
  mutable std::string fault_;
};

}  // namespace

std::unique_ptr<Countries> open_countries(const std::filesystem::path& file, SteadyClock clock) {
  return std::make_unique<MaxMindCountries>(file, std::move(clock));
}

}  // namespace claimcheck::checks
