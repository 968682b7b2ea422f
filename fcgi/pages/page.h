#pragma once

#include <string>

#include "core/site.h"
#include "fcgi/pages/language.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {

/// What a page is beside its content. Texts are not escaped yet.
struct PageHead {
  int status = 200;
  std::string title;
  std::string description = {};  ///< for those who show what is behind a link; empty: nothing is shown
};

/// A page for people: one answer that loads nothing more than the site's logo, in the site's colours. No script but ours can
/// run, and none has to.
/// @param content  HTML, of the one card that it shows
Reply html_page(const PageHead& head, const std::string& content, const Site& site, Language language);

/// "Questions? Write to …" as HTML, or nothing.
std::string support_line(const Site& site, Language language);

/// A moment as HTML: in UTC, until the page's script tells it in the reader's own time zone. @param moment  RFC 3339
std::string time_element(const std::string& moment);

}  // namespace claimcheck::fcgi
