#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/front_end.h"

namespace claimcheck::test {

/// nginx with the lines that the product prints. Its configuration and logs are in the site's folder nginx/.
/// @param workers  addresses of own-socket workers; several become one upstream
std::unique_ptr<FrontEnd> start_nginx(const Site& site, const std::vector<std::string>& workers, const Edits& edits = {});

}  // namespace claimcheck::test
