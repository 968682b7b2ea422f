#include "sql/lock_note.h"

#include <fmt/format.h>

#include "core/quantity.h"
#include "sql/notes.h"

namespace claimcheck::sql {
namespace {

const std::string note_name = "lock";

}  // namespace

void note_lock(Database& database, const LockExamination& examination) {
  keep_note(database, note_name, fmt::format("{} {}", to_string(examination.state), to_unix(examination.at)));
}

std::optional<LockExamination> noted_lock(Database& database) {
  const auto note = find_note(database, note_name);
  if (!note) return std::nullopt;
  const std::size_t space = note->find(' ');
  const auto state = parse_lock_state(note->substr(0, space));
  const auto at = space == std::string::npos ? std::nullopt : parse_number(note->substr(space + 1));
  if (!state || !at) return std::nullopt;
  return LockExamination{.state = *state, .at = from_unix(*at)};
}

}  // namespace claimcheck::sql
