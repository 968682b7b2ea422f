#include "core/interval_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace claimcheck {

void PrintTo(const Range& range, std::ostream* out) {
  *out << "[" << range.first << ", " << range.end() << ")";
}

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

/// "[0, 4) [6, 8)"
std::string told(const std::vector<Range>& runs) {
  std::string text;
  for (const Range& run : runs) {
    text += (text.empty() ? "[" : " [") + std::to_string(run.first) + ", " + std::to_string(run.end()) + ")";
  }
  return text;
}

TEST(IntervalSet, KeepsDisjointSortedRunsAndMergesNeighbours) {
  const struct {
    const char* name;
    std::vector<Range> added, expected;
  } cases[] = {
      {"nothing", {}, {}},
      {"an empty run", {{5, 0}}, {}},
      {"one run", {{5, 5}}, {{5, 5}}},
      {"the same run twice", {{5, 5}, {5, 5}}, {{5, 5}}},
      {"two apart", {{0, 2}, {4, 2}}, {{0, 2}, {4, 2}}},
      {"two apart, the later one first", {{4, 2}, {0, 2}}, {{0, 2}, {4, 2}}},
      {"a neighbour behind", {{0, 2}, {2, 2}}, {{0, 4}}},
      {"a neighbour before", {{2, 2}, {0, 2}}, {{0, 4}}},
      {"an overlap behind", {{0, 3}, {2, 3}}, {{0, 5}}},
      {"an overlap before", {{2, 3}, {0, 3}}, {{0, 5}}},
      {"one inside", {{0, 10}, {3, 2}}, {{0, 10}}},
      {"one around", {{3, 2}, {0, 10}}, {{0, 10}}},
      {"one that fills a gap", {{0, 2}, {4, 2}, {2, 2}}, {{0, 6}}},
      {"one over several", {{0, 2}, {4, 2}, {8, 2}, {20, 2}, {1, 8}}, {{0, 10}, {20, 2}}},
      {"one between", {{0, 2}, {8, 2}, {4, 2}}, {{0, 2}, {4, 2}, {8, 2}}},
      {"an empty run between neighbours", {{0, 2}, {2, 0}, {3, 2}}, {{0, 2}, {3, 2}}},
      {"a run beyond 64 bits is cut", {{largest - 2, 100}}, {{largest - 2, 2}}},
      {"a run at the last position", {{largest, largest}}, {}},
      {"everything there is", {{1, largest}, {0, 1}}, {{0, largest}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    IntervalSet one_by_one;
    for (const Range& run : c.added) one_by_one.add(run);
    EXPECT_EQ(told(one_by_one.runs()), told(c.expected));
    EXPECT_EQ(told(IntervalSet{c.added}.runs()), told(c.expected));
    EXPECT_EQ(IntervalSet{c.added}, one_by_one);
  }
}

TEST(IntervalSet, CoversAFileOnlyIfNoByteIsMissing) {
  const struct {
    const char* name;
    std::vector<Range> runs;
    std::uint64_t size;
    bool covered;
  } cases[] = {
      {"an empty file", {}, 0, true},
      {"nothing of a file", {}, 1, false},
      {"all of it", {{0, 10}}, 10, true},
      {"more than it", {{0, 11}}, 10, true},
      {"all but the first byte", {{1, 9}}, 10, false},
      {"all but the last byte", {{0, 9}}, 10, false},
      {"all but one in the middle", {{0, 5}, {6, 4}}, 10, false},
      {"in two parts", {{5, 5}, {0, 5}}, 10, true},
      {"the largest file", {{0, largest}}, largest, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(IntervalSet{c.runs}.covers(c.size), c.covered);
  }
}

TEST(IntervalSet, CountsEveryByteOnce) {
  EXPECT_EQ(IntervalSet{}.total(), 0U);
  EXPECT_EQ((IntervalSet{{{0, 10}, {5, 10}, {100, 1}}}.total()), 16U);
  EXPECT_EQ((IntervalSet{{{0, largest}, {largest - 1, 5}}}.total()), largest);
}

TEST(IntervalSet, AgreesWithABitmapOnRandomRuns) {
  constexpr std::size_t size = 120;
  std::mt19937_64 random{64};
  for (int round = 0; round < 300; ++round) {
    IntervalSet set;
    std::vector<Range> added;
    std::vector<bool> bitmap(size, false);
    for (int i = 0; i < 40; ++i) {
      const std::size_t first = random() % size, length = random() % std::min<std::size_t>(size - first + 1, 12);
      set.add({first, length});
      added.push_back({first, length});
      for (std::size_t byte = first; byte < first + length; ++byte) bitmap[byte] = true;

      std::vector<Range> expected;
      for (std::size_t byte = 0; byte < size; ++byte) {
        if (!bitmap[byte]) continue;
        if (byte == 0 || !bitmap[byte - 1]) expected.push_back({byte, 0});
        ++expected.back().length;
      }
      ASSERT_EQ(told(set.runs()), told(expected));
      ASSERT_EQ(IntervalSet{added}, set);
      ASSERT_EQ(set.total(), static_cast<std::uint64_t>(std::count(bitmap.begin(), bitmap.end(), true)));
      ASSERT_EQ(set.covers(size), std::count(bitmap.begin(), bitmap.end(), false) == 0);
    }
  }
}

}  // namespace
}  // namespace claimcheck
