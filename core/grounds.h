#pragma once

#include <optional>
#include <string_view>

namespace claimcheck {

/// Why a delivery was admitted: what made it cost a use, or none.
enum class Grounds {
  unlimited,  ///< the token has no limit
  opened,     ///< it opened a claim: one use
  continued,  ///< its claim is incomplete, and it does not begin again: a resume, or one of parallel ranges
  restarted,  ///< its claim is incomplete, and it begins again
  repeated,   ///< its claim is complete: the end of the file again, or the same browser trying again
  renewed,    ///< its claim was incomplete when the file was replaced: it goes on with the new one
};

/// "unlimited", "opened" …: the word in tables, JSON and logs.
const char* to_string(Grounds grounds);
/// @return nothing if `word` names no grounds.
std::optional<Grounds> parse_grounds(std::string_view word);

}  // namespace claimcheck
