#pragma once

#include <functional>
#include <iosfwd>
#include <vector>

#include "tests/e2e/ailing_site.h"

namespace claimcheck::test {

/// A way to break a site, and what the doctor is to say.
struct Ill {
  const char* name;
  Front front;
  std::function<void(const Site&)> harm;  ///< before the server starts
  Edits edits;                            ///< to the server's configuration
  int status;
  Ailments ailments;
  const char* told;  ///< part of message or fix of the first of `ailments`
  bool mendable = false;
};

/// How GoogleTest names it.
void PrintTo(const Ill& ill, std::ostream* out);

/// All that the doctor has to recognise.
const std::vector<Ill>& illnesses();

}  // namespace claimcheck::test
