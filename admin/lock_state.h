#pragma once

#include "core/overview.h"
#include "htaccess/finding.h"

namespace claimcheck::admin {

/// What the doctor's findings say of the lock, of all folders together: one that leaks outweighs all, one that could not be
/// examined those that are locked. Without folders there is nothing that could leak.
LockState lock_state_of(const htaccess::Findings& findings);

}  // namespace claimcheck::admin
