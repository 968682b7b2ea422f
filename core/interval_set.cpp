#include "core/interval_set.h"

#include <algorithm>
#include <limits>

namespace claimcheck {

IntervalSet::IntervalSet(const std::vector<Range>& runs) {
  std::vector<Range> sorted = runs;
  std::ranges::sort(sorted, {}, &Range::first);
  for (const Range& run : sorted) add(run);
}

void IntervalSet::add(Range run) {
  run.length = std::min(run.length, std::numeric_limits<std::uint64_t>::max() - run.first);
  if (run.length == 0) return;
  const auto begin = std::ranges::lower_bound(runs_, run.first, {}, &Range::end);
  const auto end = std::ranges::upper_bound(begin, runs_.end(), run.end(), {}, &Range::first);
  if (begin == end) {
    runs_.insert(begin, run);
    return;
  }
  const std::uint64_t first = std::min(begin->first, run.first);
  const std::uint64_t last = std::max((end - 1)->end(), run.end());
  *begin = Range{.first = first, .length = last - first};
  runs_.erase(begin + 1, end);
}

bool IntervalSet::covers(std::uint64_t size) const {
  return size == 0 || (!runs_.empty() && runs_.front().first == 0 && runs_.front().length >= size);
}

std::uint64_t IntervalSet::total() const {
  std::uint64_t bytes = 0;
  for (const Range& run : runs_) bytes += run.length;
  return bytes;
}

}  // namespace claimcheck
