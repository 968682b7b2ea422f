#include "core/token_json.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"

namespace claimcheck {
namespace {

using Json = nlohmann::ordered_json;

Json encode(const std::vector<Range>& ranges) {
  Json out = Json::array();
  for (const Range& range : ranges) out.push_back({range.first, range.length});
  return out;
}

std::vector<Range> decode_ranges(const Json& json) {
  std::vector<Range> ranges;
  for (const Json& pair : json)
    ranges.push_back({.first = pair.at(0).get<std::uint64_t>(), .length = pair.at(1).get<std::uint64_t>()});
  return ranges;
}

Time decode_time(const Json& json) {
  return from_unix(json.get<std::int64_t>());
}

Json encode(const ActiveDelivery& delivery) {
  return {{"id", delivery.id},
          {"ranges", encode(delivery.ranges)},
          {"sent", delivery.sent},
          {"started", to_unix(delivery.started)},
          {"last_progress", to_unix(delivery.last_progress)},
          {"network", delivery.network},
          {"grounds", to_string(delivery.grounds)}};
}

Grounds decode_grounds(const std::string& word) {
  const auto grounds = parse_grounds(word);
  if (!grounds) throw Error{Errc::internal, "the stored claims have unknown grounds"};
  return *grounds;
}

ActiveDelivery decode_active(const Json& json) {
  return {.id = json.at("id"),
          .ranges = decode_ranges(json.at("ranges")),
          .sent = json.at("sent"),
          .started = decode_time(json.at("started")),
          .last_progress = decode_time(json.at("last_progress")),
          .network = json.at("network"),
          .grounds = decode_grounds(json.value("grounds", to_string(Grounds::continued)))};
}

Json encode(const HandedOffDelivery& delivery) {
  return {{"id", delivery.id}, {"ranges", encode(delivery.ranges)}, {"at", to_unix(delivery.at)}};
}

HandedOffDelivery decode_handed_off(const Json& json) {
  return {.id = json.at("id"), .ranges = decode_ranges(json.at("ranges")), .at = decode_time(json.at("at"))};
}

Json encode(const Claim& claim) {
  Json active = Json::array();
  for (const ActiveDelivery& delivery : claim.active) active.push_back(encode(delivery));
  Json lost = Json::array();
  for (const LostDelivery& delivery : claim.lost) lost.push_back({{"id", delivery.id}, {"sent", delivery.sent}});
  Json handed_off = Json::array();
  for (const HandedOffDelivery& delivery : claim.handed_off) handed_off.push_back(encode(delivery));
  return {{"id", claim.id},
          {"opened", to_unix(claim.opened)},
          {"network", claim.network},
          {"size", claim.file.size},
          {"mtime_ns", claim.file.mtime_ns},
          {"covered", encode(claim.covered.runs())},
          {"charged", claim.charged},
          {"active", std::move(active)},
          {"lost", std::move(lost)},
          {"handed_off", std::move(handed_off)},
          {"last_seen", to_unix(claim.last_seen)},
          {"completed", claim.completed ? Json(to_unix(*claim.completed)) : Json(nullptr)}};
}

Claim decode_claim(const Json& json) {
  Claim claim{.id = json.at("id"),
              .opened = decode_time(json.at("opened")),
              .network = json.value("network", ""),
              .file = {.size = json.at("size"), .mtime_ns = json.at("mtime_ns")},
              .covered = IntervalSet{decode_ranges(json.at("covered"))},
              .charged = json.at("charged"),
              .last_seen = decode_time(json.at("last_seen"))};
  for (const Json& delivery : json.at("active")) claim.active.push_back(decode_active(delivery));
  for (const Json& delivery : json.at("lost")) claim.lost.push_back({.id = delivery.at("id"), .sent = delivery.at("sent")});
  for (const Json& delivery : json.value("handed_off", Json::array())) claim.handed_off.push_back(decode_handed_off(delivery));
  if (const Json& completed = json.at("completed"); !completed.is_null()) claim.completed = decode_time(completed);
  return claim;
}

/// Turns what the JSON library throws into our one exception.
template <class Decode>
auto decoded(std::string_view what, std::string_view text, Decode decode) {
  try {
    return decode(Json::parse(text));
  } catch (const Json::exception& fault) {
    throw Error{Errc::internal, std::string{"the stored "} + std::string{what} + " cannot be read: " + fault.what()};
  }
}

constexpr std::pair<std::string_view, Confirm> confirm_words[] = {
    {"never", Confirm::never}, {"auto", Confirm::automatic}, {"always", Confirm::always}};
constexpr std::pair<std::string_view, Exact> exact_words[] = {
    {"auto", Exact::automatic}, {"always", Exact::always}, {"never", Exact::never}};
constexpr std::pair<std::string_view, OnChange> on_change_words[] = {{"refuse", OnChange::refuse}, {"serve", OnChange::serve}};

template <class Words, class Meaning>
std::string_view to_word(const Words& words, Meaning meaning) {
  return std::ranges::find(words, meaning, &std::pair<std::string_view, Meaning>::second)->first;
}

/// What a member's word means; `standard` if there is no such member.
template <class Words, class Meaning>
Meaning from_word(const Words& words, const Json& json, const char* name, Meaning standard) {
  if (!json.contains(name)) return standard;
  const auto word = json.at(name).get<std::string>();
  const auto found = std::ranges::find(words, word, &std::pair<std::string_view, Meaning>::first);
  if (found == std::end(words)) throw Error{Errc::internal, std::string{"the stored rules have an unknown "} + name};
  return found->second;
}

}  // namespace

std::string encode_claims(const std::vector<Claim>& claims) {
  Json out = Json::array();
  for (const Claim& claim : claims) out.push_back(encode(claim));
  return out.dump();
}

std::vector<Claim> decode_claims(std::string_view text) {
  return decoded("claims", text, [](const Json& json) {
    if (!json.is_array()) throw Error{Errc::internal, "the stored claims are no list"};
    std::vector<Claim> claims;
    for (const Json& claim : json) claims.push_back(decode_claim(claim));
    return claims;
  });
}

std::string encode_rules(const Rules& rules) {
  return Json{{"grace", rules.grace.count()},
              {"confirm", to_word(confirm_words, rules.confirm)},
              {"on_change", to_word(on_change_words, rules.on_change)},
              {"delete_file", rules.delete_file},
              {"retry_budget", rules.retry_budget},
              {"exact", to_word(exact_words, rules.exact)},
              {"rate", rules.rate},
              {"burst", rules.burst},
              {"parallel", rules.parallel}}
      .dump();
}

Rules decode_rules(std::string_view text) {
  return decoded("rules", text, [](const Json& json) {
    const Rules standard;
    return Rules{.grace = seconds{json.value("grace", standard.grace.count())},
                 .confirm = from_word(confirm_words, json, "confirm", standard.confirm),
                 .on_change = from_word(on_change_words, json, "on_change", standard.on_change),
                 .delete_file = json.value("delete_file", standard.delete_file),
                 .retry_budget = json.value("retry_budget", standard.retry_budget),
                 .exact = from_word(exact_words, json, "exact", standard.exact),
                 .rate = json.value("rate", standard.rate),
                 .burst = json.value("burst", standard.burst),
                 .parallel = json.value("parallel", standard.parallel)};
  });
}

}  // namespace claimcheck
