#pragma once

#include <cstddef>
#include <string>

#include "core/statistics.h"

namespace claimcheck::admin {

/// What the bars of a chart are drawn with; each takes one column.
struct ChartStyle {
  std::string completed, open, broken, refused;
};

inline const ChartStyle blocks{.completed = "█", .open = "▓", .broken = "▒", .refused = "░"};
inline const ChartStyle letters{.completed = "#", .open = "+", .broken = "x", .refused = "."};

/// A summary for people, no wider than 80 columns: the totals, a bar for each day (for each week of a long period),
/// platforms, policies and refusals. Names that are too long are cut.
std::string stats_report(const Summary& summary, const ChartStyle& style);

}  // namespace claimcheck::admin
