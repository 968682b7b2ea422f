#pragma once

#include <string>
#include <vector>

#include "core/enforcement.h"
#include "core/issue.h"
#include "htaccess/canaries.h"
#include "htaccess/premises.h"

namespace claimcheck::htaccess {

/// A link that the doctor made for itself.
struct TestLink {
  TokenId id;
  std::string url;
};

/// Links to canaries, good for ten minutes; withdrawn when this goes.
class TestLinks {
 public:
  TestLinks(const Premises& premises, TokenStore& tokens, const Storages& storages, const Random& random, const Pause& pause)
      : premises_(premises), tokens_(tokens), storages_(storages), random_(random), pause_(pause) {}
  ~TestLinks();
  TestLinks(const TestLinks&) = delete;
  TestLinks& operator=(const TestLinks&) = delete;

  /// @param filename  what the copy is called; decides the media type
  /// @param uses      0 for any number
  /// @param exact     who sends
  /// Throws Error{file_not_found}, Error{unavailable}.
  TestLink make(const LockedFolder& folder, const Canary& canary, const std::string& filename, std::int64_t uses, Exact exact);

  /// Whether the link's only use is complete: the front end has taken the whole file.
  bool completed(const TestLink& link);

 private:
  const Premises& premises_;
  TokenStore& tokens_;
  const Storages& storages_;
  const Random& random_;
  const Pause& pause_;
  std::vector<TokenId> made_;
};

}  // namespace claimcheck::htaccess
