#pragma once

#include <cstdint>
#include <vector>

#include "core/range.h"

namespace claimcheck {

/// Which bytes of a file have been handed over: disjoint runs, sorted, neighbours merged. Adding and asking are
/// logarithmic to find and linear in the runs touched.
class IntervalSet {
 public:
  IntervalSet() = default;
  /// Runs in any order, overlaps allowed.
  explicit IntervalSet(const std::vector<Range>& runs);

  void add(Range run);
  /// Closes the smallest gaps between runs until there are at most `most` of them, at least one. The set only grows by
  /// that, so what it stands for is never given away twice because of it.
  void merge_down_to(std::size_t most);
  /// Whether every byte of [0, size) is in the set; true for size 0.
  bool covers(std::uint64_t size) const;
  /// How many bytes are in the set.
  std::uint64_t total() const;
  const std::vector<Range>& runs() const { return runs_; }
  bool operator==(const IntervalSet&) const = default;

 private:
  std::vector<Range> runs_;
};

}  // namespace claimcheck
