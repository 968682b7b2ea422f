#pragma once

#include <optional>
#include <string>
#include <vector>

#include "htaccess/fetch.h"
#include "htaccess/finding.h"
#include "htaccess/premises.h"
#include "htaccess/probe.h"

namespace claimcheck::htaccess {

/// What came of asking for the worker.
struct Route {
  Findings findings;
  bool reached = false;  ///< the site answered at all
  bool ours = false;     ///< and it was our worker
};

/// What the answer to PREFIX/healthz tells; if it was not our worker that gave it, why.
/// @param misplaced  a file that we put into the site's folders did not come back: the address may lead elsewhere
Route judge_route(const Premises& premises, const WebAnswer& answer, bool misplaced, const Fetch& fetch);

/// Why healthz was not answered by our worker, from the answer, from the files of the site, and by asking for the bare prefix.
Finding explain_route(const Premises& premises, const WebAnswer& answer, const Fetch& fetch);

/// Whether the URL paths beside the prefix lead to the worker: each must answer what lies at none of its addresses as the
/// worker does.
Findings check_paths_beside(const Premises& premises, const std::vector<std::string>& paths, const Fetch& fetch);

/// Whether an API key arrives at the worker: a made-up one must be refused as unknown, not as missing.
Finding check_authorization(const Premises& premises, const std::string& made_up_key, const Fetch& fetch);

/// What the worker's own report tells about its version and gate.
Findings check_report(const Premises& premises, const WorkerReport& report, const std::string& our_version);

}  // namespace claimcheck::htaccess
