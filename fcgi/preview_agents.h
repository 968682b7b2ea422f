#pragma once

#include <string_view>

namespace claimcheck::fcgi {

/// Whether a User-Agent names a program that makes a preview of a link for a chat or a feed, or a crawler: it gets the page,
/// never the file. Programs that look like browsers are not known by this; the page's button stops those.
bool is_preview_agent(std::string_view user_agent);

}  // namespace claimcheck::fcgi
