#pragma once

#include "htaccess/canaries.h"
#include "htaccess/fetch.h"
#include "htaccess/finding.h"
#include "htaccess/premises.h"
#include "htaccess/probe.h"

namespace claimcheck::htaccess {

/// Whether the web server sends files of the folder in the configured way, and whether it could in a better one; each is tried
/// with a canary before it is believed.
/// @param key  an API key with scope manage
Findings check_hand_off(const Premises& premises, const LockedFolder& folder, const WorkerReport& report,
                        const std::string& key, Canaries& canaries, const Fetch& fetch);

/// A header field of the answer that names a path on the machine, or an address that is not for visitors; empty if there is
/// none.
std::string inner_header(const WebAnswer& answer);

}  // namespace claimcheck::htaccess
