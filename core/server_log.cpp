#include "core/server_log.h"

#include <algorithm>
#include <charconv>

namespace claimcheck {
namespace {

constexpr std::size_t id_length = 16;

/// The text before the next space; both are taken from `line`.
std::string_view take_field(std::string_view& line) {
  const std::size_t space = line.find(' ');
  const std::string_view field = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return field;
}

bool is_delivery_id(std::string_view text) {
  const auto belongs = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return text.size() == id_length && std::ranges::all_of(text, belongs);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t bytes = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return bytes;
}

std::optional<Outcome> parse_state(std::string_view text) {
  if (text.empty() || text == "X") return Outcome::aborted;
  if (text == "+" || text == "-" || text == "OK") return Outcome::complete;
  return std::nullopt;
}

}  // namespace

std::optional<LoggedDelivery> parse_log_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view id = take_field(line);
  if (!is_delivery_id(id)) return std::nullopt;
  const auto bytes = parse_bytes(take_field(line));
  const auto outcome = parse_state(take_field(line));
  if (!bytes || !outcome) return std::nullopt;
  return LoggedDelivery{.id = std::string{id}, .bytes = *bytes, .outcome = *outcome};
}

DeliveryRecord corrected(const DeliveryRecord& record, const LoggedDelivery& logged) {
  DeliveryRecord next = record;
  next.outcome = logged.outcome;
  const std::uint64_t length = record.range.length;
  next.sent = logged.outcome == Outcome::complete ? length : std::min(logged.bytes, length);
  next.completed = record.completed && logged.outcome == Outcome::complete;
  return next;
}

}  // namespace claimcheck
