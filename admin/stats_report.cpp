#include "admin/stats_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "core/quantity.h"

namespace claimcheck::admin {
namespace {

using std::chrono::days;

constexpr std::size_t label_width = 12;
constexpr std::size_t bar_width = 36;
constexpr std::size_t name_width = 20;

/// 1234567 as 1,234,567.
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = std::ssize(text) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string date(Time time) {
  return format_rfc3339(time).substr(0, std::string_view{"2026-11-21"}.size());
}

std::string times(std::string_view part, std::size_t count) {
  std::string text;
  while (count-- > 0) text += part;
  return text;
}

/// UTF-8 is cut between characters.
std::string cut(const std::string& name) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  std::size_t characters = 0;
  for (std::size_t at = 0; at < name.size(); ++at)
    if (begins(name[at]) && ++characters > name_width) return name.substr(0, at);
  return name + std::string(name_width - characters, ' ');
}

/// A row of the chart.
struct Row {
  std::string label;
  std::int64_t completed = 0, open = 0, broken = 0, refused = 0;
  std::int64_t all() const { return completed + open + broken + refused; }
};

Row row_of(const DownloadCounts& counts) {
  return {.label = {},
          .completed = counts.of(DownloadEvent::completed),
          .open = counts.of(DownloadEvent::handed_off),
          .broken = counts.of(DownloadEvent::aborted) + counts.of(DownloadEvent::failed),
          .refused = counts.refused};
}

/// How wide the parts of a bar are: together in proportion to the largest of all, and whatever happened shows.
std::array<std::size_t, 4> widths(const Row& row, std::int64_t largest) {
  const std::array parts{row.completed, row.open, row.broken, row.refused};
  std::array<std::size_t, 4> out{};
  std::int64_t before = 0;
  std::size_t drawn = 0;
  const auto column = [&](std::int64_t count) {
    return static_cast<std::size_t>(
        std::lround(static_cast<double>(count) * static_cast<double>(bar_width) / static_cast<double>(largest)));
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    before += parts.at(i);
    const std::size_t end = column(before);
    if (parts.at(i) > 0) out.at(i) = std::max<std::size_t>(end > drawn ? end - drawn : 0, 1);
    drawn += out.at(i);
  }
  for (; drawn > bar_width; --drawn) --*std::ranges::max_element(out);
  return out;
}

std::string chart(std::string_view heading, const std::vector<Row>& rows, const ChartStyle& style) {
  const std::int64_t largest = std::max<std::int64_t>(1, std::ranges::max(rows, {}, &Row::all).all());
  std::string out = fmt::format("{:<{}}{:>9}{:>8}{:>8}\n", heading, label_width + bar_width + 4, "done", "broken", "refused");
  for (const Row& row : rows) {
    const auto width = widths(row, largest);
    std::size_t drawn = 0;
    for (const std::size_t each : width) drawn += each;
    const std::string bar = times(style.completed, width[0]) + times(style.open, width[1]) + times(style.broken, width[2]) +
                            times(style.refused, width[3]) + std::string(bar_width + 4 - drawn, ' ');
    const auto number = [](std::int64_t count) { return count == 0 ? std::string{"-"} : grouped(count); };
    out += fmt::format("{:<{}}{}{:>9}{:>8}{:>8}\n", row.label, label_width, bar, number(row.completed + row.open),
                       number(row.broken), number(row.refused));
  }
  return out + fmt::format("{:{}}{} completed  {} handed off  {} aborted or failed  {} refused\n", "", label_width,
                           style.completed, style.open, style.broken, style.refused);
}

/// How many days a row of the chart is: one, or seven if there are many.
int days_of_row(const Summary& summary) {
  constexpr int most_rows = 62, week = 7;
  const auto all = std::chrono::floor<days>(summary.period.until - summary.period.since).count();
  return all <= most_rows ? 1 : week;
}

std::vector<Row> rows_of(const Summary& summary) {
  const days step{days_of_row(summary)};
  std::vector<Row> rows;
  for (Time since = summary.period.since; since < summary.period.until; since += step) {
    Row row;
    const auto end = summary.days.lower_bound(since + step);
    for (auto day = summary.days.lower_bound(since); day != end; ++day) {
      const Row one = row_of(day->second);
      row.completed += one.completed;
      row.open += one.open;
      row.broken += one.broken;
      row.refused += one.refused;
    }
    row.label = date(since);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string totals(const Summary& summary) {
  const DownloadCounts& all = summary.totals;
  const auto ratio = all.success_ratio();
  const auto line = [](std::string_view left, const std::string& number, std::string_view right, const std::string& other) {
    return fmt::format("  {:<16}{:>14}      {:<20}{:>14}\n", left, number, right, other);
  };
  const auto of = [&](DownloadEvent event) { return grouped(all.of(event)); };
  return line("started", of(DownloadEvent::started), "today", grouped(summary.today)) +
         line("completed", of(DownloadEvent::completed), "customers", grouped(summary.customers)) +
         line("handed off", of(DownloadEvent::handed_off), "delivered", format_size(all.bytes)) +
         line("aborted", of(DownloadEvent::aborted), "requests refused", grouped(all.refused)) +
         line("failed", of(DownloadEvent::failed), "success", ratio ? fmt::format("{:.1f} %", *ratio * 100) : "-");
}

std::string breakdown(std::string_view title, const std::map<std::string, DownloadCounts>& counts, std::string_view none) {
  using Entry = std::pair<std::string, DownloadCounts>;
  std::vector<Entry> rows(counts.begin(), counts.end());
  std::ranges::stable_sort(rows, std::ranges::greater{},
                           [](const Entry& each) { return each.second.of(DownloadEvent::started); });
  std::string out =
      fmt::format("\n{:<22}{:>11}{:>11}{:>11}{:>11}{:>14}\n", title, "started", "completed", "aborted", "refused", "delivered");
  for (const auto& [name, count] : rows)
    out += fmt::format("  {}{:>11}{:>11}{:>11}{:>11}{:>14}\n", cut(name.empty() ? std::string{none} : name),
                       grouped(count.of(DownloadEvent::started)),
                       grouped(count.of(DownloadEvent::completed) + count.of(DownloadEvent::handed_off)),
                       grouped(count.of(DownloadEvent::aborted) + count.of(DownloadEvent::failed)), grouped(count.refused),
                       format_size(count.bytes));
  return out;
}

std::string reasons(const std::map<std::string, std::int64_t>& refusals, const ChartStyle& style) {
  using Entry = std::pair<std::string, std::int64_t>;
  std::vector<Entry> rows(refusals.begin(), refusals.end());
  std::ranges::stable_sort(rows, std::ranges::greater{}, &Entry::second);
  std::string out = "\nRefused because of\n";
  for (const auto& [error, count] : rows) {
    const auto width = widths({.label = {}, .refused = count}, rows.front().second);
    out += fmt::format("  {:<22}{:>10}  {}\n", error, grouped(count), times(style.refused, width[3]));
  }
  return out;
}

}  // namespace

std::string stats_report(const Summary& summary, const ChartStyle& style) {
  const auto number = std::chrono::floor<days>(summary.period.until - summary.period.since).count();
  std::string out = fmt::format("Downloads from {} to {} ({} day{}, UTC)\n\n", date(summary.period.since),
                                date(summary.period.until - days{1}), number, number == 1 ? "" : "s");
  out += totals(summary);
  if (summary.days.empty()) return out + "\nNothing was downloaded in this time.\n";
  const int step = days_of_row(summary);
  out += "\n" + chart(step == 1 ? "Per day" : fmt::format("Per {} days", step), rows_of(summary), style);
  out += breakdown("Platforms", summary.platforms, "(not told)");
  out += breakdown("Policies", summary.policies, "(forgotten)");
  if (!summary.refusals.empty()) out += reasons(summary.refusals, style);
  return out;
}

}  // namespace claimcheck::admin
