#pragma once

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

// What files links can be made to, scope issue; docs/http.md shows the JSON.
// Throw Error{unauthorized}, Error{forbidden}, Error{unavailable}.

/// GET v1/storages: the storages of the configuration, and whether their folders can be looked into.
Answer list_storages(const Services& services, const Request& request, Subject&);

/// GET v1/storages/NAME/files?folder=2026/11&after=NAME&limit=200: what lies in a folder, page by page.
/// Throws Error{bad_request}, also if the storage's files cannot be listed; Error{file_not_found} if storage or folder is not
/// there.
Answer list_files(const Services& services, const Request& request, Subject&);

}  // namespace claimcheck::fcgi
