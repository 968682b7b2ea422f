#pragma once

#include <string>
#include <string_view>

namespace claimcheck::fcgi {

/// White or black, whichever is easier to read on a colour. Source: WCAG 2.2, definitions of relative luminance and contrast
/// ratio; one of the two always reaches 4.5 : 1.
std::string_view readable_on(std::string_view color);

/// The style sheet's rule that gives pages a site's colour, such as "#0b5fad"; empty for an empty one.
std::string accent_rule(std::string_view color);

}  // namespace claimcheck::fcgi
