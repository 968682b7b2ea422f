#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// The addresses for backups, /api/storage/…; docs/recipes/backups.md shows the JSON.

/// POST ID/download-url {file, decrypt?} (scope storage:ID): makes a link to a file of that storage by the policy "storage",
/// or, if there is none, for one download within five minutes. 200 with success, url, expiresIn, singleUse. Throws
/// Error{forbidden} also if there is no such storage.
Answer make_download_url(const Services& services, const Request& request, Subject& subject);

/// GET, HEAD, POST public-download?token=SECRET: as SECRET itself beneath the prefix, but that the file comes whatever the
/// client accepts, unless that is a page. Throws Error{missing_token}.
Answer open_storage_link(const Services& services, const Request& request, Subject& subject);

}  // namespace claimcheck::fcgi
