#pragma once

#include <string>
#include <vector>

namespace claimcheck::test {

/// 300 texts that would add an element, an attribute or a script to a page that did not escape them: each payload as it is, and
/// behind what ends an attribute in either kind of quotes, a text element and a script. None has a control octet.
const std::vector<std::string>& hostile_texts();

}  // namespace claimcheck::test
