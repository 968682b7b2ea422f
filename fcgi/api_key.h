#pragma once

#include <string>

#include "core/key_store.h"
#include "fcgi/services.h"

namespace claimcheck::fcgi {

/// The live API key whose text this is. Throws Error{unauthorized} if it is none; its `details.key` tells a key that did not
/// arrive ("missing") from one that is wrong ("unknown").
ApiKey live_key(const Services& services, const std::string& text);

/// The same; throws Error{forbidden} if the key lacks the scope.
ApiKey require_scope(const Services& services, const std::string& text, Scope scope);

/// Throws the same, unless the key may make links to the files of a storage. Of a storage that is not there nobody is told so.
void require_storage(const Services& services, const std::string& text, const std::string& storage);

}  // namespace claimcheck::fcgi
