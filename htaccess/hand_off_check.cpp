#include "htaccess/hand_off_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/ascii.h"
#include "core/hand_off.h"

namespace claimcheck::htaccess {
namespace {

/// The best first.
constexpr HandOff ways[] = {HandOff::accel, HandOff::local, HandOff::xsendfile, HandOff::litespeed};

/// Whether the web server announces a way of delivery that can work behind a worker in this mode.
bool can_do(const LockedFolder& folder, const WorkerReport& report, std::string_view way) {
  const bool announced = std::ranges::find(report.hand_offs, way) != report.hand_offs.end();
  const auto means = parse_hand_off(way);
  if (!announced || !means) return false;
  // A web server that speaks FastCGI to a socket shows a local redirect to the client.
  if (means == HandOff::local && report.mode == "socket") return false;
  return !needs_url(*means) || !folder.url.empty();
}

/// What went wrong when a way was tried; nothing if the file arrived.
std::string tried(const Premises& premises, const LockedFolder& folder, const std::string& way, const std::string& key,
                  Canaries& canaries, const Fetch& fetch) {
  const auto text = [](const std::string& word) { return word + " is sent by the web server\n"; };
  const Canary canary = canaries.add(folder.path, ".bin", text);
  const nlohmann::json order{{"key", key},
                             {"storage", folder.storage},
                             {"file", canary.path.filename().string()},
                             {"hand_off", way},
                             {"url", folder.url}};
  const WebAnswer answer = fetch({.method = "POST",
                                  .url = premises.address("v1/doctor"),
                                  .headers = {{"Content-Type", "application/json"}},
                                  .body = order.dump()});
  if (answer.failure != Failure::none) return answer.reason;
  if (const std::string name = inner_header(answer); !name.empty())
    return fmt::format("the header field {} reaches the client", name);
  if (answer.status != 200) return fmt::format("the web server answers {}", answer.status);
  if (answer.body != text(canary.word)) return "other bytes arrive than the file has";
  return {};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "nothing" : text;
}

std::string restart_of(const WorkerReport& report) {
  if (report.mode == "socket") return "restart the workers: systemctl restart claimcheck@1 && systemctl restart claimcheck@2";
  return "end the worker's processes, or copy claimcheck.fcgi beside itself and rename the copy over it; the web server starts "
         "it again";
}

/// The best way that works, apart from the configured one; streaming if there is none.
HandOff best_of_others(const Premises& premises, const LockedFolder& folder, const WorkerReport& report, const std::string& key,
                       Canaries& canaries, const Fetch& fetch) {
  for (const HandOff means : ways) {
    const std::string way{to_string(means)};
    if (way != folder.delivery && can_do(folder, report, way) && tried(premises, folder, way, key, canaries, fetch).empty())
      return means;
  }
  return HandOff::none;
}

/// A finding that says which way to configure.
Finding advised(std::string_view check, const LockedFolder& folder, State state, std::string message, HandOff works) {
  const DeliveryWay way{.hand_off = works, .url = needs_url(works) ? folder.url : ""};
  std::string lines = fmt::format("in claimcheck.toml:\n[storage.{}]\ndelivery = \"{}\"", folder.storage, to_string(works));
  if (!way.url.empty()) lines += fmt::format("\nurl = \"{}\"", way.url);
  Finding finding = found(check, folder.storage, state, std::move(message), std::move(lines));
  finding.mendable = true;
  finding.way = way;
  return finding;
}

}  // namespace

Findings check_hand_off(const Premises& premises, const LockedFolder& folder, const WorkerReport& report,
                        const std::string& key, Canaries& canaries, const Fetch& fetch) {
  const auto running = report.deliveries.find(folder.storage);
  if (running != report.deliveries.end() && running->second != folder.delivery)
    return {found("hand_off.stale", folder.storage, State::warning,
                  fmt::format("the configuration says delivery = \"{}\", but the worker that runs was started with \"{}\"",
                              folder.delivery, running->second),
                  restart_of(report))};
  const bool hands_off = folder.delivery != to_string(HandOff::none);
  std::string fault;
  if (hands_off) {
    fault = can_do(folder, report, folder.delivery)
                ? tried(premises, folder, folder.delivery, key, canaries, fetch)
                : fmt::format("the web server does not announce it, or it cannot work here (it announces {})",
                              joined(report.hand_offs));
    if (fault.empty())
      return {
          found("hand_off", folder.storage, State::ok, fmt::format("the web server sends files itself ({})", folder.delivery))};
  }
  const HandOff works = best_of_others(premises, folder, report, key, canaries, fetch);
  if (hands_off)
    return {advised("hand_off", folder, State::fault,
                    fmt::format("delivery = \"{}\" does not work: {}", folder.delivery, fault), works)};
  if (works == HandOff::none) return {};
  return {advised("hand_off.better", folder, State::warning,
                  fmt::format("the web server could send files itself ({}), for less time and no worker held; tried, "
                              "and it works",
                              to_string(works)),
                  works)};
}

std::string inner_header(const WebAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    const std::string small = lower(name);
    // X-Accel-Buffering tells proxies on the way not to hold a stream back, and nothing else.
    const bool inner = small == "location" || small.starts_with("x-sendfile") || small.starts_with("x-litespeed-") ||
                       (small.starts_with("x-accel-") && small != "x-accel-buffering");
    if (inner) return name;
  }
  return {};
}

}  // namespace claimcheck::htaccess
