#include "files/bucket/places.h"

#include "core/error.h"

namespace claimcheck::files {

Places::Places(std::size_t most) : most_(most) {}

std::shared_ptr<void> Places::take() {
  std::shared_ptr<void> place{nullptr, [taken = taken_](void*) { --*taken; }};
  if (++*taken_ > most_) throw Error{Errc::unavailable, "as many files of buckets are open as one process may have"};
  return place;
}

}  // namespace claimcheck::files
