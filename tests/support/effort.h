#pragma once

#include <cstdlib>

namespace claimcheck::test {

/// Whether `./test --long` runs us: then soaks and races take the counts that the promises are made for, else enough of them
/// to notice a mistake.
inline bool long_run() {
  return std::getenv("CLAIMCHECK_LONG") != nullptr;
}

/// `few` in a normal run, `many` in a long one.
inline int rounds_of(int few, int many) {
  return long_run() ? many : few;
}

}  // namespace claimcheck::test
