#pragma once

#include "htaccess/fetch.h"

namespace claimcheck::admin {

/// A client of the site as visitors have it, over HTTP and HTTPS: the certificate and its name are checked, redirects are not
/// followed, nothing waits longer than ten seconds for any one thing, or forty seconds in all. Its receive buffer is small, so
/// that the web server knows how far we have read.
htaccess::Fetch make_web_client();

}  // namespace claimcheck::admin
