#pragma once

#include <set>

#include "htaccess/canaries.h"
#include "htaccess/fetch.h"
#include "htaccess/finding.h"
#include "htaccess/premises.h"

namespace claimcheck::htaccess {

/// What is known of the way from the site's address to its folders.
struct Mapping {
  bool proved = false;     ///< a file that we put there came back
  bool tried = false;      ///< one could be put there
  std::set<int> statuses;  ///< that files got which are not locked, or not there
};

/// Puts a file that anybody may read beside the locked folder (or further up, at most into the document root) and fetches it.
/// Only if it comes back, or is answered otherwise, does it mean something that a locked file does not.
Mapping prove_mapping(const Premises& premises, const LockedFolder& folder, Canaries& canaries, const Fetch& fetch);

/// Whether files of the folder can be had by their own addresses: at the top, in a new folder below, and wherever a .htaccess
/// of somebody else lies. Also whether the folder lists its files.
Findings check_lock(const Premises& premises, const LockedFolder& folder, const Mapping& mapping, Canaries& canaries,
                    const Fetch& fetch);

/// Whether the lock that is written down is today's. Reads files only.
/// @param by_htaccess  the web server starts the worker, so the gate matters
Findings check_lock_block(const Premises& premises, const LockedFolder& folder, bool by_htaccess);

}  // namespace claimcheck::htaccess
