#pragma once

#include <string>

#include "core/error.h"
#include "core/site.h"
#include "core/token.h"
#include "fcgi/error_table.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

namespace claimcheck::fcgi {

/// The page with the button: what the file is, until when, and a form that POSTs to the link. Looking at it costs nothing.
Reply landing_page(const Token& token, const Site& site);

/// An error as the client can read it: JSON, an HTML page, or one line of text. The status is the same in all three.
Reply error_reply(const Error& error, Surface surface, Format format, const Site& site);

/// A JSON answer.
Reply json_reply(int status, const std::string& json);

}  // namespace claimcheck::fcgi
