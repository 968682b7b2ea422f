#include "fcgi/meters.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <numeric>
#include <optional>
#include <thread>
#include <vector>

namespace claimcheck::fcgi {
namespace {

using std::chrono::microseconds;

/// A name in shared memory that nobody else has, gone with this object.
class SharedName {
 public:
  explicit SharedName(const std::string& of) : name(fmt::format("/claimcheck-test-{}-{}", of, ::getpid())) {}
  ~SharedName() { ::shm_unlink(name.c_str()); }
  SharedName(const SharedName&) = delete;
  SharedName& operator=(const SharedName&) = delete;

  const std::string name;
};

std::uint64_t admissions(const MeterReadings& readings) {
  return std::accumulate(readings.admissions.begin(), readings.admissions.end(), std::uint64_t{0});
}

TEST(Meters, AnAdmissionIsSortedByHowLongItTook) {
  Meters meters;
  for (const auto took :
       {microseconds{0}, microseconds{500}, microseconds{501}, microseconds{2'500'000}, microseconds{9'000'000}})
    meters.count_admission(took);
  const MeterReadings readings = meters.read();
  EXPECT_EQ(readings.admissions.front(), 2U) << "a bound belongs to its class";
  EXPECT_EQ(readings.admissions.at(1), 1U);
  EXPECT_EQ(readings.admissions.at(admission_bounds.size() - 1), 1U);
  EXPECT_EQ(readings.admissions.back(), 1U);
  EXPECT_EQ(readings.admission_time, microseconds{11'501'001});
}

TEST(Meters, AllThreadsAndProcessesAddUp) {
  const SharedName shared{"add"};
  Meters meters{shared.name};
  constexpr int children = 4, threads = 4, each = 1000;
  std::vector<pid_t> pids;
  for (int i = 0; i < children; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      {
        Meters own{shared.name};
        std::vector<std::jthread> crew;
        for (int t = 0; t < threads; ++t)
          crew.emplace_back([&] {
            for (int n = 0; n < each; ++n) {
              own.count_admission(microseconds{700});
              own.count_database_error();
              own.count_refusal(Errc::invalid_token);
              const auto delivery = own.begin_delivery();
            }
          });
      }
      ::_exit(0);
    }
    pids.push_back(pid);
  }
  for (const pid_t pid : pids) ::waitpid(pid, nullptr, 0);
  const MeterReadings readings = meters.read();
  constexpr std::uint64_t all = children * threads * each;
  EXPECT_EQ(admissions(readings), all);
  EXPECT_EQ(readings.database_errors, all);
  EXPECT_EQ(readings.refused.at(static_cast<std::size_t>(Errc::invalid_token)), all);
  EXPECT_EQ(readings.active, 0);
}

TEST(Meters, DeliveriesOfAProcessThatIsKilledAreNotShownAndItsPlaceIsTakenAgain) {
  const SharedName shared{"killed"};
  Meters meters{shared.name};
  const auto ours = meters.begin_delivery();
  for (int round = 0; round < 3; ++round) {
    int begun[2]{};
    ASSERT_EQ(::pipe(begun), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      Meters own{shared.name};
      const auto one = own.begin_delivery(), two = own.begin_delivery();
      if (::write(begun[1], "x", 1) != 1) ::_exit(1);
      ::pause();
      ::_exit(0);
    }
    char byte = 0;
    ASSERT_EQ(::read(begun[0], &byte, 1), 1);
    EXPECT_EQ(meters.read().active, 3);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_EQ(meters.read().active, 1);
    ::close(begun[0]);
    ::close(begun[1]);
  }
}

TEST(Meters, ADeliveryIsUnderWayUntilItIsLetGo) {
  Meters meters;
  auto one = meters.begin_delivery();
  const auto two = meters.begin_delivery();
  EXPECT_EQ(meters.read().active, 2);
  one.reset();
  EXPECT_EQ(meters.read().active, 1);
}

TEST(Meters, WhereMoreProcessesRunThanThereIsRoomForNothingIsLostButTheirDeliveries) {
  const SharedName shared{"full"};
  std::vector<std::unique_ptr<Meters>> all;
  for (int i = 0; i < 1030; ++i) all.push_back(std::make_unique<Meters>(shared.name));
  const auto shown = all.front()->begin_delivery(), hidden = all.back()->begin_delivery();
  all.back()->count_database_error();
  EXPECT_EQ(all.front()->read().active, 1);
  EXPECT_EQ(all.front()->read().database_errors, 1U);
}

TEST(Meters, ANumberThatOnlyGrowsIsNotShownALittleSmaller) {
  Meters meters;
  const struct {
    std::uint64_t value, shown;
  } rows[] = {{0, 0}, {1000, 1000}, {900, 1000}, {1001, 1001}, {501, 1001}, {499, 499}, {600, 600}};
  for (const auto& row : rows) EXPECT_EQ(meters.show(Grown::bytes, row.value), row.shown) << row.value;
  EXPECT_EQ(meters.show(Grown::started, 3), 3U) << "each for itself";
}

TEST(Meters, SharedMemoryThatIsSomebodyElsesIsNotUsed) {
  const SharedName shared{"open"};
  const int fd = ::shm_open(shared.name.c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::fchmod(fd, 0666), 0);
  Meters one{shared.name}, two{shared.name};
  one.count_database_error();
  EXPECT_EQ(one.read().database_errors, 1U);
  EXPECT_EQ(two.read().database_errors, 0U) << "each counts for itself";
  ::close(fd);
}

}  // namespace
}  // namespace claimcheck::fcgi
