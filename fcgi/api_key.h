#pragma once

#include <string>

#include "core/key_store.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// Throws Error{unauthorized} unless `text` is a live API key; its `details.key` tells a key that did not arrive ("missing")
/// from one that is wrong ("unknown"). Throws Error{forbidden} if the key lacks the scope.
void require_scope(const Services& services, const std::string& text, Scope scope);

}  // namespace claimcheck::fcgi
