#include "cron/expire.h"

#include <algorithm>
#include <vector>

#include "core/error.h"

namespace claimcheck::cron {
namespace {

constexpr int batch = 200;

/// Whether a claim of this token may still be reading the file.
bool being_read(const Token& token, Time now) {
  return std::ranges::any_of(token.claims, [&](const Claim& claim) {
    return std::ranges::any_of(
        claim.active, [&](const ActiveDelivery& delivery) { return now - delivery.last_progress <= counting::dead_after; });
  });
}

enum class FileState { gone, removed, kept, failed };

FileState remove_file(const Token& token, TokenSweep& sweep, const Storages& storages, Mode mode, Time now) {
  if (!token.rules.delete_file || sweep.file_in_use(token.storage, token.file, token.id, now)) return FileState::kept;
  const auto storage = storages.find(token.storage);
  if (storage == storages.end()) return FileState::failed;
  try {
    if (mode == Mode::dry_run) {
      storage->second->open(token.file);
      return FileState::removed;
    }
    return storage->second->remove(token.file) ? FileState::removed : FileState::gone;
  } catch (const Error& error) {
    if (error.code() == Errc::file_not_found) return FileState::gone;
    throw;
  }
}

}  // namespace

ExpireReport expire(TokenStore& tokens, TokenSweep& sweep, const Storages& storages, Mode mode, Time now) {
  ExpireReport report;
  std::optional<TokenId> last;
  for (;;) {
    const std::vector<Token> ended = sweep.ended(now, last, batch);
    if (ended.empty()) return report;
    last = ended.back().id;
    for (const Token& token : ended) {
      if (being_read(token, now)) continue;
      const FileState file = remove_file(token, sweep, storages, mode, now);
      report.files += file == FileState::removed ? 1 : 0;
      report.failed += file == FileState::failed ? 1 : 0;
      if (file == FileState::failed) continue;
      Token marked = token;
      marked.cleaned_at = now;
      // Somebody else changed the token meanwhile: the next run looks at it again.
      if (mode == Mode::dry_run || tokens.replace(marked)) ++report.tokens;
    }
  }
}

}  // namespace claimcheck::cron
