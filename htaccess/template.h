#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "htaccess/site.h"

namespace claimcheck::htaccess {

/// What stands for "@name@" in a template.
using Values = std::vector<std::pair<std::string_view, std::string>>;

/// A template with its values in place, one after the other: what one puts in may hold the name of a later one.
std::string filled(std::string_view text, const Values& values);

/// Every part of a site, under the names that templates use. Throws Error{bad_request} if one has characters that would mean
/// something else in a server's configuration, or the prefix does not lie beneath `folder_url`.
Values values_of(const Site& site);

}  // namespace claimcheck::htaccess
