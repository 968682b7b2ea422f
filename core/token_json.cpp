#include "core/token_json.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/json_writer.h"

namespace claimcheck {
namespace {

using Json = nlohmann::ordered_json;

void write(JsonWriter& out, const std::vector<Range>& ranges) {
  out.open('[');
  for (const Range& range : ranges) out.open('[').value(range.first).value(range.length).close(']');
  out.close(']');
}

void write(JsonWriter& out, const ActiveDelivery& delivery) {
  out.open('{').member("id").value(delivery.id).member("ranges");
  write(out, delivery.ranges);
  out.member("sent").value(delivery.sent).member("started").value(to_unix(delivery.started));
  out.member("last_progress").value(to_unix(delivery.last_progress)).member("network").value(delivery.network);
  out.member("grounds").value(to_string(delivery.grounds)).close('}');
}

void write(JsonWriter& out, const LostDelivery& delivery) {
  out.open('{').member("id").value(delivery.id).member("sent").value(delivery.sent).close('}');
}

void write(JsonWriter& out, const HandedOffDelivery& delivery) {
  out.open('{').member("id").value(delivery.id).member("ranges");
  write(out, delivery.ranges);
  out.member("at").value(to_unix(delivery.at)).close('}');
}

void write(JsonWriter& out, const Claim& claim);

template <class Part>
void write_list(JsonWriter& out, const std::vector<Part>& parts) {
  out.open('[');
  for (const Part& part : parts) write(out, part);
  out.close(']');
}

void write(JsonWriter& out, const Claim& claim) {
  out.open('{').member("id").value(claim.id).member("opened").value(to_unix(claim.opened));
  out.member("network").value(claim.network);
  out.member("size").value(claim.file.size).member("mtime_ns").value(claim.file.mtime_ns);
  out.member("covered");
  write(out, claim.covered.runs());
  out.member("charged").value(claim.charged).member("active");
  write_list(out, claim.active);
  out.member("lost");
  write_list(out, claim.lost);
  out.member("handed_off");
  write_list(out, claim.handed_off);
  out.member("last_seen").value(to_unix(claim.last_seen)).member("completed");
  if (claim.completed)
    out.value(to_unix(*claim.completed));
  else
    out.null();
  if (!claim.completed_by.empty()) out.member("completed_by").value(claim.completed_by);
  if (claim.told) out.member("told").value(1);
  out.close('}');
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

HandedOffDelivery decode_handed_off(const Json& json) {
  return {.id = json.at("id"), .ranges = decode_ranges(json.at("ranges")), .at = decode_time(json.at("at"))};
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
  claim.completed_by = json.value("completed_by", "");
  claim.told = json.contains("told");
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
constexpr std::pair<std::string_view, Notify> notify_words[] = {
    {"nobody", Notify::nobody}, {"customer", Notify::customer}, {"support", Notify::support}};
constexpr std::pair<std::string_view, BindIp> bind_ip_words[] = {
    {"off", BindIp::off}, {"exact", BindIp::exact}, {"network", BindIp::network}};
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
  JsonWriter out;
  write_list(out, claims);
  return std::move(out).text();
}

std::vector<Claim> decode_claims(std::string_view text) {
  if (text == "[]") return {};
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
              {"decrypt", rules.decrypt},
              {"delete_file", rules.delete_file},
              {"retry_budget", rules.retry_budget},
              {"exact", to_word(exact_words, rules.exact)},
              {"rate", rules.rate},
              {"burst", rules.burst},
              {"parallel", rules.parallel},
              {"warn_before", rules.warn_before.count()},
              {"notify", to_word(notify_words, rules.notify)},
              {"requests_per_minute", rules.requests_per_minute},
              {"bind_ip", to_word(bind_ip_words, rules.bind_ip)},
              {"countries", rules.countries},
              {"checks", rules.checks}}
      .dump();
}

Rules decode_rules(std::string_view text) {
  return decoded("rules", text, [](const Json& json) {
    const Rules standard;
    return Rules{.grace = seconds{json.value("grace", standard.grace.count())},
                 .confirm = from_word(confirm_words, json, "confirm", standard.confirm),
                 .on_change = from_word(on_change_words, json, "on_change", standard.on_change),
                 .decrypt = json.value("decrypt", standard.decrypt),
                 .delete_file = json.value("delete_file", standard.delete_file),
                 .retry_budget = json.value("retry_budget", standard.retry_budget),
                 .exact = from_word(exact_words, json, "exact", standard.exact),
                 .rate = json.value("rate", standard.rate),
                 .burst = json.value("burst", standard.burst),
                 .parallel = json.value("parallel", standard.parallel),
                 .warn_before = seconds{json.value("warn_before", standard.warn_before.count())},
                 .notify = from_word(notify_words, json, "notify", standard.notify),
                 .requests_per_minute = json.value("requests_per_minute", standard.requests_per_minute),
                 .bind_ip = from_word(bind_ip_words, json, "bind_ip", standard.bind_ip),
                 .countries = json.value("countries", standard.countries),
                 .checks = json.value("checks", standard.checks)};
  });
}

}  // namespace claimcheck
