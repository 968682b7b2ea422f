#pragma once

#include <string>
#include <vector>

namespace claimcheck::admin {

/// Rows as a table for people: columns padded to their widest cell, the first row is the heading. UTF-8 is counted by
/// character, so names in other scripts stay in line.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace claimcheck::admin
