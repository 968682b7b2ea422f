#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/doctor.h"
#include "admin/interruption.h"
#include "admin/mending.h"
#include "admin/web_client.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

using htaccess::Finding;
using htaccess::Findings;
using htaccess::State;

constexpr int ill = 1;

/// `text` with its further lines set in.
std::string set_in(const std::string& text, const std::string& margin) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\n" + margin : std::string(1, c);
  return out;
}

void print(const Findings& findings) {
  constexpr int width = 11;
  const std::string margin(width + 5, ' ');
  for (const Finding& each : findings) {
    const bool about_a_place = each.message.find(each.subject) == std::string::npos && each.state != State::ok;
    fmt::print("{:<{}} {}: {}{}\n", to_string(each.state), width, each.check, about_a_place ? each.subject + ": " : "",
               each.message);
    if (!each.fix.empty()) fmt::print("{:<{}} fix: {}\n", "", width, set_in(each.fix, margin));
  }
}

int count(const Findings& findings, State state) {
  return static_cast<int>(std::ranges::count(findings, state, &Finding::state));
}

void print_summary(const Findings& findings) {
  fmt::print("\n{}: {} ok", is_ill(findings) ? "not in order" : "in order", count(findings, State::ok));
  for (const State state : {State::mended, State::warning, State::unverified, State::fault, State::leak})
    if (const int times = count(findings, state); times > 0) fmt::print(", {} {}", times, to_string(state));
  fmt::print("\n");
}

void print_json(const Findings& findings) {
  Json shown = Json::array();
  for (const Finding& each : findings)
    shown.push_back({{"check", each.check},
                     {"subject", each.subject},
                     {"state", to_string(each.state)},
                     {"message", each.message},
                     {"fix", each.fix}});
  fmt::print("{}\n", shown.dump());
}

enum class Fix { no, yes };

void run(Options& options, const Consultation& consultation, Fix fix) {
  const config::Config config = load_config(options);
  htaccess::Canaries canaries{secure_random()};
  const Interruption interruption{[&] { canaries.remove_all(); }};
  const htaccess::Fetch client = make_web_client();
  Findings findings = examine(config, consultation, canaries, client);
  if (fix == Fix::yes) {
    Findings done = mend(findings, config, premises_of(config, consultation));
    if (!done.empty()) {
      findings = examine(load_config(options), consultation, canaries, client);
      append(done, std::move(findings));
      findings = std::move(done);
    }
  }
  if (options.json) {
    print_json(findings);
  } else {
    print(findings);
    print_summary(findings);
  }
  if (is_ill(findings)) options.status = ill;
}

}  // namespace

void add_doctor_command(CLI::App& app, Options& options, const Clock& clock, const std::string& version) {
  const auto given = std::make_shared<Consultation>(Consultation{.clock = clock, .version = version});
  const auto fix = std::make_shared<bool>(false);
  CLI::App* doctor = app.add_subcommand("doctor", "prove over the site's address that everything is set up right");
  doctor->add_flag("--fix", *fix, "mend what can be mended without harm, and say so");
  doctor->add_option("--url", given->url, "an address of the site that works from here, instead of [site] url");
  doctor->add_option("--docroot", given->docroot, "the site's document root, if it cannot be guessed");
  doctor->add_option("--worker-dir", given->worker_dir, "the folder of claimcheck.fcgi; DOCROOT/claimcheck without it");
  doctor->callback([&options, given, fix] { run(options, *given, *fix ? Fix::yes : Fix::no); });
}

}  // namespace claimcheck::admin
