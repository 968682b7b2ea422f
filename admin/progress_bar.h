#pragma once

#include <cstdint>

#include "files/package/package.h"

namespace claimcheck::admin {

/// Draws on standard error how far long work is, if that is a terminal and the work is more than a moment's; else does nothing.
files::TellProgress progress_bar();

}  // namespace claimcheck::admin
