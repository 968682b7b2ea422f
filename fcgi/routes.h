#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fcgi/answer.h"
#include "fcgi/request.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// One kind of address: the only place where routes are written.
struct Route {
  std::string_view name;     ///< for logs; never contains anything from the request
  std::string_view pattern;  ///< "/"-separated; "*" stands for any one segment
  std::string_view methods;  ///< "GET, HEAD": for matching and for the Allow header
  Answer (*answer)(const Services&, const Request&, Subject&);
  Surface surface = Surface::native;
};

std::span<const Route> routes();

/// The route of a request's path. Throws Error{missing_token} for the bare prefix, Error{invalid_token} if there is none.
const Route& route_of(const Request& request);

/// Throws Error{method_not_allowed}, with `details.allow`, unless the route has the request's method.
void require_method(const Route& route, const Request& request);

/// Whether a request is for an address that only holders of API keys use.
bool is_api(const Request& request);

/// How an answer to this request is written: JSON under /v1 and /api/downloads, and under /api/storage unless it
/// accepts pages; else what the client accepts.
Format answer_format(const Request& request);

}  // namespace claimcheck::fcgi
