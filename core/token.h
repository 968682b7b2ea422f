#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/grounds.h"
#include "core/interval_set.h"
#include "core/policy.h"
#include "core/secret.h"
#include "core/time.h"

namespace claimcheck {

/// A UUIDv7; a type of its own so that it cannot be mistaken for a secret or a claim's name.
struct TokenId {
  std::string text;
  auto operator<=>(const TokenId&) const = default;
};

/// What identifies the content of a file cheaply: two equal versions are taken for the same bytes.
struct FileVersion {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  ///< nanoseconds since 1970-01-01 UTC

  bool operator==(const FileVersion&) const = default;
};

/// One response that is carrying bytes of the file right now, as far as the store knows.
struct ActiveDelivery {
  std::string id;             ///< made by us, so that a lost acknowledgement can be found again
  std::vector<Range> ranges;  ///< what the response will carry, in this order; one, unless several ranges were asked for
  std::uint64_t sent = 0;     ///< bytes of `ranges` handed over by the last checkpoint
  Time started;
  Time last_progress;   ///< of the last checkpoint, or when the delivery began; there are none while nothing moves
  std::string network;  ///< what is recorded of the client's address
  Grounds grounds = Grounds::opened;

  bool operator==(const ActiveDelivery&) const = default;
};

/// A delivery that was taken for dead, or given up since it stood still, in case its worker turns up after all.
struct LostDelivery {
  std::string id;
  std::uint64_t sent = 0;  ///< what it was charged, by its last checkpoint

  bool operator==(const LostDelivery&) const = default;
};

/// A delivery that the web server was told to send: what arrived is unknown, unless its log tells.
struct HandedOffDelivery {
  std::string id;
  std::vector<Range> ranges;
  Time at;

  bool operator==(const HandedOffDelivery&) const = default;
};

/// A use being spent: which bytes its holder has been given so far (see docs/counting.md).
struct Claim {
  std::string id;  ///< 16 characters [a-z0-9]; part of the claim URL
  Time opened;
  std::string network;  ///< what is recorded of the address that opened it; see core/network.h
  FileVersion file;
  IntervalSet covered;        ///< bytes given to the front end; neither active nor handed-off deliveries included
  std::uint64_t charged = 0;  ///< bytes given in total, repeats and handed-off deliveries included, active ones not
  std::vector<ActiveDelivery> active;
  std::vector<LostDelivery> lost;             ///< the latest few
  std::vector<HandedOffDelivery> handed_off;  ///< the latest few; older ones have become part of `covered`
  Time last_seen;                             ///< when anything last happened on this claim
  std::optional<Time> completed;              ///< when covered and handed off together became the whole file
  std::string completed_by = {};              ///< the delivery that did it, for the log; empty if it is not complete
  bool told = false;                          ///< the receipt for it is queued

  bool operator==(const Claim&) const = default;
};

/// Whether a token still opens anything, and why not.
enum class TokenState { active, used_up, expired, revoked };

/// The record of one right to download one file.
struct Token {
  TokenId id;
  Digest digest;         ///< of the secret that opens it
  std::string storage;   ///< name of the storage in the configuration
  std::string file;      ///< path beneath the storage's root, "/"-separated
  std::string filename;  ///< what the holder's copy is called
  FileVersion version;   ///< as seen at issue
  std::string policy;    ///< name of the policy it was issued under
  std::string email;     ///< whom it was issued to; may be empty
  Rules rules;
  Time created_at;
  Time expires_at;
  std::optional<Time> revoked_at;
  std::optional<Time> cleaned_at;  ///< when the cron saw it dead and did what its rules say
  std::int64_t max_uses = 1;       ///< 0 means unlimited
  std::int64_t uses = 0;
  std::vector<Claim> claims;
  std::int64_t revision = 0;                 ///< grows with every change; the compare-and-swap key
  std::map<std::string, std::string> facts;  ///< job_id, order_id …
  std::string bound_to = {};                 ///< where it may be used from, see core/binding.h; empty: not bound (yet)

  bool operator==(const Token&) const = default;
};

TokenState state_of(const Token& token, Time now);
/// "active", "used_up", "expired" or "revoked".
const char* to_string(TokenState state);
/// @return nothing if `word` names no state.
std::optional<TokenState> parse_token_state(std::string_view word);

}  // namespace claimcheck
