#pragma once

#include <string>
#include <utility>

#include "core/error.h"
#include "core/site.h"
#include "fcgi/pages/language.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {

/// Who is refused, as far as the answer depends on it.
struct Refused {
  Language language = Language::english;
  std::string renew_url = {};  ///< where this link's holder can ask for a new one; empty: he cannot
};

/// Where somebody who is refused for this reason can go on: the name of the address in JSON bodies, and the address. Empty if
/// nowhere.
std::pair<const char*, std::string_view> way_out(Errc code, const Site& site);

/// The page of a refusal: what happened, when, and what to do.
Reply refusal_page(const Error& error, int status, const Site& site, const Refused& refused);

/// The answer to who has asked for a new link; the same whether there will be one or not.
Reply renewed_page(const Site& site, Language language);

}  // namespace claimcheck::fcgi
