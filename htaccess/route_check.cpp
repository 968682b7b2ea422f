#include "htaccess/route_check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/ascii.h"
#include "core/secret.h"
#include "htaccess/blocks.h"
#include "htaccess/marked_file.h"
#include "htaccess/worker_files.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;

bool is_ours(const WebAnswer& answer) {
  return answer.status == 200 && nlohmann::json::parse(answer.body, nullptr, false) == nlohmann::json{{"status", "ok"}};
}

bool is_nginx(const WebAnswer& answer) {
  return lower(answer.header("Server").value_or("")).find("nginx") != std::string::npos;
}

/// An answer by an error that a web server gives for a program, not by WordPress's page.
Finding explain_failed_program(const Premises& premises, const WebAnswer& answer) {
  const std::string address = premises.address("healthz");
  if (answer.status == 403)
    return found("route.exec", install_arguments(premises), State::fault,
                 "403: the web server runs no programs in the worker's folder");
  if (answer.status == 500) {
    const Findings refused = check_worker_files(premises.worker);
    if (!refused.empty()) return refused.front();
    return found("route.start", address, State::fault, "500: the worker did not start, or the host forbids a directive");
  }
  std::string message = fmt::format("{}: the web server has no connection to the worker", answer.status);
  constexpr std::string_view scheme = "unix:";
  if (!premises.listen.starts_with(scheme)) return found("route.worker", address, State::fault, std::move(message));
  const fs::path socket = premises.listen.substr(scheme.size());
  std::error_code failure;
  if (!fs::exists(socket, failure))
    message += fmt::format("; there is no socket {}", socket.string());
  else
    message += fmt::format("; the socket {} is there: the web server names another, may not connect to it, or nobody listens",
                           socket.string());
  return found("route.worker", address, State::fault, std::move(message));
}

/// Web servers give files no path behind their name, so only the bare prefix shows it.
bool is_sent_as_file(const Premises& premises, const Fetch& fetch) {
  constexpr std::string_view elf =
      "\x7f"
      "ELF";
  return fetch({.url = premises.url + premises.prefix, .most = elf.size()}).body == elf;
}

/// The site answered as if there were no claimcheck.
Finding explain_missing_route(const Premises& premises, const WebAnswer& answer) {
  const std::string arguments = install_arguments(premises), rules = premises.rules.string(),
                    docroot = premises.docroot.empty() ? "DOCROOT" : premises.docroot.string();
  const std::string seen = fmt::format("{}: the site knows nothing of {}", answer.status, premises.prefix);
  if (is_nginx(answer))
    return found("route.block", docroot, State::fault, seen + "; nginx needs our lines in its server block",
                 fmt::format("paste what `claimcheck site print nginx --docroot {}` shows into the server block, and reload "
                             "nginx",
                             docroot));
  if (premises.docroot.empty())
    return found("route.block", docroot, State::fault, seen + "; its document root is not known here: --docroot names it");
  if (!premises.listen.empty())
    return found(
        "route.block", docroot, State::fault, seen + "; the virtual host needs our ProxyPass lines",
        fmt::format("paste what `claimcheck site print proxy-fcgi --docroot {}` shows into the virtual host", docroot));
  const auto text = read_file((premises.rules / ".htaccess").string());
  if (!text || !block_in(*text, site_name))
    return found("route.block", arguments, State::fault,
                 fmt::format("{}; {}/.htaccess has no claimcheck-site block", seen, rules));
  const std::size_t wordpress = text->find("# BEGIN WordPress");
  if (wordpress < text->find(fmt::format("# BEGIN {}", site_name)))
    return found("route.order", arguments, State::fault,
                 fmt::format("{}; the claimcheck-site block in {}/.htaccess stands below \"# BEGIN WordPress\"", seen, rules));
  std::error_code unreadable;
  if (!premises.worker.empty() && !fs::exists(premises.worker / "claimcheck.fcgi", unreadable))
    return found("route.missing_worker", premises.worker.string(), State::fault,
                 fmt::format("{}; there is no claimcheck.fcgi in {}", seen, premises.worker.string()));
  return found(
      "route.ignored", docroot, State::fault,
      fmt::format("{}, although {}/.htaccess has the block in its place: the web server does not read it", seen, rules));
}

Finding unreachable(const Premises& premises, const WebAnswer& answer) {
  if (answer.failure == Failure::certificate)
    return found("site.certificate", premises.url, State::fault, "its certificate is refused: " + answer.reason);
  return found("site.reach", premises.url, State::unverified,
               fmt::format("it cannot be reached from here: {}; nothing about the public side is proved", answer.reason));
}

}  // namespace

Finding explain_route(const Premises& premises, const WebAnswer& answer, const Fetch& fetch) {
  switch (answer.status) {
    case 401:
      return found("route", premises.address("healthz"), State::unverified, "401: the site asks everybody for a password",
                   "except the download addresses from the password, or run the doctor with a --url that needs none");
    case 403:
    case 500:
    case 502:
    case 503:
    case 504:
      return explain_failed_program(premises, answer);
    default:
      if (is_sent_as_file(premises, fetch))
        return found("route.handler", install_arguments(premises), State::fault,
                     "the web server sends the worker as a file instead of running it");
      return explain_missing_route(premises, answer);
  }
}

Route judge_route(const Premises& premises, const WebAnswer& answer, bool misplaced, const Fetch& fetch) {
  if (answer.failure != Failure::none)
    return {.findings = {unreachable(premises, answer)}, .reached = answer.failure == Failure::certificate};
  Route route{
      .findings = {found("site.reach", premises.url, State::ok, "it answers")}, .reached = true, .ours = is_ours(answer)};
  const auto location = answer.header("Location");
  if (route.ours) {
    route.findings.push_back(found("route", premises.address("healthz"), State::ok, "our worker answers"));
  } else if (answer.status >= 300 && answer.status < 400 && location) {
    const std::string other = origin_of(*location);
    route.findings.push_back(found("site.url", premises.url, State::fault, fmt::format("it redirects to {}", *location),
                                   other == origin_of(premises.url)
                                       ? "take the redirect away for " + premises.prefix
                                       : fmt::format("url = \"{}\" in [site] of claimcheck.toml", other)));
  } else if (misplaced && answer.status != 401) {
    route.findings.push_back(found("site.url", premises.url, State::fault,
                                   fmt::format("another site answers there ({}): neither our worker nor the files of {}",
                                               answer.status, premises.docroot.string())));
  } else {
    route.findings.push_back(explain_route(premises, answer, fetch));
  }
  return route;
}

Findings check_paths_beside(const Premises& premises, const std::vector<std::string>& paths, const Fetch& fetch) {
  Findings findings;
  for (const std::string& path : paths) {
    const WebAnswer answer = fetch({.url = premises.url + path + "/doctor"});
    // It is a guess, and may be one too many.
    const bool ours =
        answer.body.find("invalid_token") != std::string::npos || answer.body.find("rate_limited") != std::string::npos;
    findings.push_back(ours ? found("route.beside", path, State::ok, path + " leads to the worker")
                            : found("route.beside", install_arguments(premises), State::fault,
                                    fmt::format("{}: {} does not lead to the worker", answer.status, path)));
  }
  return findings;
}

Finding check_authorization(const Premises& premises, const std::string& made_up_key, const Fetch& fetch) {
  const std::string address = premises.address("v1/tokens");
  const WebAnswer answer = fetch({.url = address, .headers = {{"Authorization", "Bearer " + made_up_key}}});
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  const std::string seen = body.is_object() && body.contains("details") && body["details"].is_object()
                               ? body["details"].value("key", std::string{})
                               : std::string{};
  if (answer.status == 401 && seen == "unknown") return found("authorization", address, State::ok, "keys arrive at the worker");
  if (answer.status == 401 && seen == "missing")
    return found("authorization", install_arguments(premises), State::fault, "a key was sent, but the worker got none");
  return found("authorization", address, State::unverified,
               fmt::format("a made-up key was answered with {}",
                           answer.failure == Failure::none ? std::to_string(answer.status) : answer.reason));
}

Findings check_report(const Premises& premises, const WorkerReport& report, const std::string& our_version) {
  Findings findings{report.version == our_version
                        ? found("route.version", premises.url, State::ok,
                                fmt::format("version {} behind {}, mode {}", report.version, report.server, report.mode))
                        : found("route.version", premises.url, State::fault,
                                fmt::format("the worker is version {}, this program {}", report.version, our_version))};
  if (report.mode == "socket" || premises.gate.empty()) return findings;
  const bool same = report.gate_digest == Digest::of(premises.gate).hex();
  if (!same)
    findings.push_back(found("route.gate", install_arguments(premises), State::fault,
                             report.gate_digest.empty() ? "the worker's .htaccess gives it no gate"
                                                        : "the worker's .htaccess has another gate than this configuration"));
  return findings;
}

}  // namespace claimcheck::htaccess
