#pragma once

#include <string>

#include "core/key_store.h"
#include "core/secret.h"

namespace claimcheck::admin {

/// An API key (scope manage) that the doctor makes for itself; withdrawn when this goes. A key that a killed run left behind is
/// withdrawn first.
class TestKey {
 public:
  /// Throws Error{unavailable}.
  TestKey(KeyStore& keys, Time now, const Random& random);
  ~TestKey();
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;

  const std::string& text() const { return secret_.reveal(); }

 private:
  KeyStore& keys_;
  Time now_;
  Secret secret_;
  std::string id_;
};

}  // namespace claimcheck::admin
