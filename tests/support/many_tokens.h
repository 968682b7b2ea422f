#pragma once

#include <functional>
#include <string>

#include "core/settings.h"
#include "core/token.h"

namespace claimcheck::test {

/// Keeps tokens 0 to `count` - 1, many by one statement.
void add_tokens(const StoreSettings& store, int count, const std::function<Token(int)>& make);

/// A live token for a file of 2026/11, single use, issued to number@example.com. Its id sorts by `number`.
Token plain_token(int number, const std::string& file, Time now);

}  // namespace claimcheck::test
