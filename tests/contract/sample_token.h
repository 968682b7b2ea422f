#pragma once

#include <string>
#include <vector>

#include "core/token.h"

namespace claimcheck::test {

/// A token with every member set to something other than its default; tokens of different numbers differ in all keys.
Token sample_token(int number);
/// A UUID that sorts by `number`.
std::string sample_uuid(int number);
std::vector<std::string> sample_uuids(const std::vector<int>& numbers);

/// A thousand claims, each of them another.
std::vector<Claim> many_claims();

std::vector<std::string> ids(const std::vector<Token>& tokens);

}  // namespace claimcheck::test
