#pragma once

#include <string>

#include "core/secret.h"
#include "core/storage.h"
#include "core/time.h"
#include "files/package/package.h"

namespace claimcheck::files {

/// A file that was published.
struct Published {
  std::string path;    ///< beneath the storage's root
  std::string sha256;  ///< of what was copied, as 64 hexadecimal digits
};

/// Copies a file beneath `root` (an absolute path) under a name that nobody can guess: YYYY/MM/ of `now` in UTC, then 26 random
/// letters and digits, then the extension of `filename` if it has an ordinary one.
///
/// The copy is written under a temporary name (".claimcheck-….part") in its folder, brought to the disk, and then gets its name
/// in one step, which replaces nothing: whoever dies when, a file under a final name is whole. Owner and rights are like the
/// folder's: who may list it may read the file, nobody may execute it.
/// @param tell  as for inspect_package()
/// Throws Error{unavailable} if it cannot be written, Error{file_not_found} if `content` cannot be read to its end, and what
/// `tell` throws; then no copy stays.
Published publish(OpenFile& content, const std::string& filename, const std::string& root, Time now, const Random& random,
                  const TellProgress& tell);

}  // namespace claimcheck::files
