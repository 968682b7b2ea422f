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

/// A template with `more` in place, and then every part of a site. Throws what values_of() throws.
std::string filled_for(const Site& site, std::string_view text, const Values& more = {});

/// A template for each URL path that leads to the worker, one after the other: `prefix` and what follows from it are that path.
/// Those beside the prefix that do not lie beneath `folder_url` are left out, for its rules never see them.
std::string filled_for_each_path(std::string_view text, const Site& site, const Values& more = {});

}  // namespace claimcheck::htaccess
