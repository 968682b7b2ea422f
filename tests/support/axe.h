#pragma once

#include <string>
#include <vector>

#include "tests/support/chromium.h"

namespace claimcheck::test {

/// What axe-core finds wrong with the page in a tab by WCAG 2.2, levels A and AA, and by its best practices: a line for each
/// element. ./setup fetches axe-core.
std::vector<std::string> accessibility_faults(Chromium& chromium, const std::string& tab);

}  // namespace claimcheck::test
