#pragma once

#include <string>
#include <string_view>

namespace claimcheck {

/// `text` as it may stand in HTML, between tags and within quoted attributes: & < > " ' become character references.
std::string html_escaped(std::string_view text);

}  // namespace claimcheck
