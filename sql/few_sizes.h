#pragma once

#include <cstddef>
#include <span>

namespace claimcheck::sql {

/// Hands records over in parts of a few sizes only, so that few statements are prepared.
/// @param work  called with a span of records
template <class Record, class Work>
void in_few_sizes(std::span<const Record> records, const Work& work) {
  for (const std::size_t size : {64UL, 32UL, 16UL, 8UL, 4UL, 2UL, 1UL})
    for (; records.size() >= size; records = records.subspan(size)) work(records.first(size));
}

}  // namespace claimcheck::sql
