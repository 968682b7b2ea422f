#pragma once

#include "core/token.h"

namespace claimcheck::test {

/// A token that was made at `now` for a file, and good for a day.
inline Token fresh_token(const FileVersion& file, Time now, std::int64_t max_uses = 1) {
  return {.id = {"01890000-0000-7000-8000-000000000001"},
          .digest = Digest::of("secret"),
          .version = file,
          .created_at = now,
          .expires_at = now + seconds{86400},
          .max_uses = max_uses};
}

}  // namespace claimcheck::test
