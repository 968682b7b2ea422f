#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "htaccess/fetch.h"
#include "htaccess/premises.h"

namespace claimcheck::htaccess {

/// What a worker tells its operator about itself and the web server in front of it (POST v1/doctor, docs/http.md).
struct WorkerReport {
  std::string version;
  std::string mode;                               ///< "fastcgi", "socket" or "cgi"
  std::string server;                             ///< SERVER_SOFTWARE
  std::vector<std::string> hand_offs;             ///< what the front end announces: "local", "accel" …
  std::map<std::string, std::string> deliveries;  ///< what the worker was started with, by storage
  std::string gate_digest;                        ///< of the gate that its .htaccess gives it; empty without one
};

/// Asks the worker behind the site. The key goes in the body, so that a web server that drops Authorization does not matter.
/// @return nothing if it is not our worker that answers, or it does not know the key.
std::optional<WorkerReport> ask_worker(const Premises& premises, const std::string& key, const Fetch& fetch);

/// What the body of a report says. @return nothing if it is none.
std::optional<WorkerReport> parse_report(const std::string& json);

}  // namespace claimcheck::htaccess
