#pragma once

namespace claimcheck::fcgi {

/// A family of routes with addresses and statuses of its own (docs/http.md).
enum class Surface { native, purchase, storage, public_link };

}  // namespace claimcheck::fcgi
