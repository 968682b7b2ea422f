#pragma once

#include "core/error.h"
#include "core/site.h"
#include "fcgi/pages/refusal.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"
#include "fcgi/surface.h"

namespace claimcheck::fcgi {

/// An error as the client can read it: JSON, an HTML page, or one line of text. The status is the same in all three.
Reply error_reply(const Error& error, Surface surface, Format format, const Site& site, const Refused& refused = {});

}  // namespace claimcheck::fcgi
