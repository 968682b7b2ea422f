#pragma once

#include <functional>

#include "htaccess/fetch.h"
#include "htaccess/finding.h"
#include "htaccess/probe.h"
#include "htaccess/test_links.h"

namespace claimcheck::htaccess {

/// Fetches a canary by a link, with GET, HEAD, a range and a condition: the bytes, the size and our header fields must arrive,
/// and nothing that names a path.
/// @param exact  always: the worker sends; never: the web server, if it is set up to
Findings check_delivery(const LockedFolder& folder, Exact exact, TestLinks& links, Canaries& canaries, const Fetch& fetch);

/// Whether the web server takes a file off the worker faster than the client reads it: then nobody knows what a client got.
/// @param wait  about a tenth of a second
Findings check_buffering(const LockedFolder& folder, TestLinks& links, Canaries& canaries, const Fetch& fetch,
                         const std::function<void()>& wait);

/// Whether the largest file can be streamed in the time that mod_fcgid gives a worker by default.
Findings check_delivery_time(const LockedFolder& folder, const WorkerReport& report);

}  // namespace claimcheck::htaccess
