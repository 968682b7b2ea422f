#include "core/interval_set.h"

#include <algorithm>
#include <limits>
#include <utility>

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

void IntervalSet::merge_down_to(std::size_t most) {
  most = std::max<std::size_t>(most, 1);
  if (runs_.size() <= most) return;
  const std::size_t closing = runs_.size() - most;
  std::vector<std::pair<std::uint64_t, std::size_t>> gaps;  // its length, and the run after it
  for (std::size_t i = 1; i < runs_.size(); ++i) gaps.emplace_back(runs_[i].first - runs_[i - 1].end(), i);
  std::ranges::nth_element(gaps, gaps.begin() + static_cast<std::ptrdiff_t>(closing));
  std::vector<bool> joined(runs_.size());
  for (std::size_t i = 0; i < closing; ++i) joined[gaps[i].second] = true;
  std::vector<Range> merged;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (joined[i])
      merged.back().length = runs_[i].end() - merged.back().first;
    else
      merged.push_back(runs_[i]);
  }
  runs_ = std::move(merged);
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
