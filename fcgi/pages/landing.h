#pragma once

#include <string>

#include "core/site.h"
#include "core/token.h"
#include "fcgi/pages/language.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {

/// What a landing page tells of a link.
struct Landing {
  const Token& token;
  std::string url;         ///< the link itself
  bool has_forms = false;  ///< whether its file can be had decrypted and as it is stored
  Time now;
};

/// The page with the button: what the file is, until when, how to fetch it with other programs, and a form that POSTs to the
/// link. Looking at it costs nothing.
Reply landing_page(const Landing& landing, const Site& site, Language language);

/// The command lines that fetch a link's file; each goes on where it stopped if it is given again, unless the link wants its
/// button pressed (policy `confirm = "always"`).
struct CommandLines {
  std::string curl, wget;
};

/// @param filename  what the copy is called
CommandLines command_lines(const std::string& url, const std::string& filename, Confirm confirm);

}  // namespace claimcheck::fcgi
