#include "checks/country_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/error.h"
#include "tests/support/process.h"
#include "tests/unit/checks_fixture.h"

namespace claimcheck {
namespace {

namespace fs = std::filesystem;
using Kind = Whereabouts::Kind;

const fs::path folder = CLAIMCHECK_SOURCE_DIR "/tests/data/maxmind";
const fs::path sample = folder / "GeoIP2-Country-Test.mmdb";
constexpr const char* in_japan = "2001:218::";

std::string said(const Countries& countries, const std::string& address) {
  try {
    const Whereabouts found = countries.find(address);
    if (found.kind == Kind::country) return found.country;
    return found.kind == Kind::no_country ? "no country" : "unknown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable) << error.what();
    return "unavailable";
  }
}

TEST(CountryDatabase, AgreesWithItsSourceOnEveryAddress) {
  test::FakeClocks clocks;
  const auto countries = checks::open_countries(sample, clocks.clocks().steady);
  const auto expected = nlohmann::json::parse(test::read_file(folder / "expected-lookups.json"));
  int rows = 0, elsewhere = 0;
  for (const auto& row : expected.at("lookups")) {
    const auto& country = row.at("country");
    EXPECT_EQ(said(*countries, row.at("ip")), country.is_null() ? "no country" : country.get<std::string>()) << row;
    ++rows;
    if (country != row.at("registered_country")) ++elsewhere;
  }
  EXPECT_EQ(rows, 687);
  EXPECT_GT(elsewhere, 0) << "some networks are registered in another country";
  for (const auto& [address, country] : expected.at("other").items())
    EXPECT_EQ(said(*countries, address), country.is_null() ? "unknown" : country.get<std::string>()) << address;
}

TEST(CountryDatabase, TextThatIsNoAddressIsNowhere) {
  test::FakeClocks clocks;
  const auto countries = checks::open_countries(sample, clocks.clocks().steady);
  for (const char* text : {"", "localhost", "81.2.69", "81.2.69.160.1", " 81.2.69.160", "81.2.69.160/24", "::g"})
    EXPECT_EQ(said(*countries, text), "unknown") << text;
}

class CountryFile : public testing::Test {
 protected:
  /// Puts a file in its place, as geoipupdate does it.
  void replace(const std::string& content) {
    test::write_file(place_ / "new", content);
    fs::rename(place_ / "new", file_);
  }
  /// Later, when a change is looked for.
  std::string said_later() {
    clocks_.steady += seconds{1};
    return said(*countries_, in_japan);
  }

  test::TemporaryFolder place_;
  fs::path file_ = place_ / "countries.mmdb";
  const std::string good_ = test::read_file(sample);
  test::FakeClocks clocks_;
  std::unique_ptr<Countries> countries_ = checks::open_countries(file_, clocks_.clocks().steady);
};

TEST_F(CountryFile, IsUnavailableUntilThereIsOne) {
  EXPECT_EQ(said_later(), "unavailable");
  replace(good_);
  EXPECT_EQ(said_later(), "JP");
}

TEST_F(CountryFile, IsReadAgainWhenItWasReplacedButNotMoreThanOnceASecond) {
  replace(good_);
  EXPECT_EQ(said_later(), "JP");
  fs::remove(file_);
  EXPECT_EQ(said(*countries_, in_japan), "JP") << "not looked at yet";
  EXPECT_EQ(said_later(), "unavailable");
  EXPECT_EQ(said_later(), "unavailable");
  replace(good_);
  EXPECT_EQ(said_later(), "JP");
}

TEST_F(CountryFile, FailsClosedWhenItIsDamaged) {
  using namespace std::string_literals;
  const struct {
    const char* name;
    std::string content;
  } cases[] = {
      {"empty", ""},
      {"text", "no database"},
      {"half of it", good_.substr(0, good_.size() / 2)},
      {"without its end", good_.substr(0, good_.size() - 300)},
      {"without its beginning", good_.substr(good_.size() / 2)},
      {"its description alone", good_.substr(good_.find("\xab\xcd\xefMaxMind.com"))},
      {"zeroes", std::string(20'000, '\0')},
  };
  for (const auto& c : cases) {
    replace(good_);
    ASSERT_EQ(said_later(), "JP") << c.name;
    replace(c.content);
    EXPECT_EQ(said_later(), "unavailable") << c.name;
  }
}

TEST_F(CountryFile, ADamagedByteIsNeverACrash) {
  replace(good_);
  int unavailable = 0;
  for (std::size_t at = 0; at < good_.size(); at += 61) {
    std::string damaged = good_;
    damaged[at] = static_cast<char>(~damaged[at]);
    test::write_file(place_ / "damaged", damaged);
    const auto countries = checks::open_countries(place_ / "damaged", clocks_.clocks().steady);
    for (const char* address : {in_japan, "81.2.69.160", "2a02:d500::"})
      if (said(*countries, address) == "unavailable") ++unavailable;
  }
  EXPECT_GT(unavailable, 0);
}

TEST_F(CountryFile, OneThatIsOverwrittenInItsPlaceDoesNoHarm) {
  replace(good_);
  EXPECT_EQ(said_later(), "JP");
  fs::resize_file(file_, 0);  // a mapping of it would be gone
  EXPECT_EQ(said(*countries_, in_japan), "JP");
  EXPECT_EQ(said_later(), "unavailable");
  test::write_file(file_, good_);
  EXPECT_EQ(said_later(), "JP");
}

TEST_F(CountryFile, ThreadsShareItWhileItIsReplaced) {
  replace(good_);
  std::atomic<std::int64_t> ticks = 0;
  const auto shared = checks::open_countries(
      file_, [&] { return std::chrono::steady_clock::time_point{seconds{ticks++}}; });  // every question looks again
  constexpr int threads = 4, rounds = 300;
  std::atomic<int> right = 0;
  std::barrier start{threads + 1};
  std::vector<std::thread> crowd;
  for (int thread = 0; thread < threads; ++thread)
    crowd.emplace_back([&] {
      start.arrive_and_wait();
      for (int round = 0; round < rounds; ++round)
        if (said(*shared, in_japan) == "JP") ++right;
    });
  start.arrive_and_wait();
  for (int round = 0; round < 50; ++round) replace(good_);
  for (auto& thread : crowd) thread.join();
  EXPECT_EQ(right, threads * rounds);
}

}  // namespace
}  // namespace claimcheck
