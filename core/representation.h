#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/delivery_log.h"
#include "core/issue.h"
#include "core/key_store.h"
#include "core/message.h"
#include "core/outbox.h"
#include "core/package.h"
#include "core/privacy.h"
#include "core/site.h"
#include "core/statistics.h"
#include "core/token.h"

namespace claimcheck {

// The JSON objects that the HTTP interface and the command line's --json both show. Times are RFC 3339 UTC.

using Json = nlohmann::ordered_json;

/// null if there is none.
Json optional_time(const std::optional<Time>& time);

/// The one answer that contains the secret: id, secret, url, filename, size, policy, max_uses, expires_at.
Json represent(const Issued& issued, const Site& site);

/// A token for its administrator, without what is over: id, state, storage, file, filename, size, policy, email, max_uses,
/// uses, created_at, expires_at, revoked_at, facts, claims.
Json represent(const Token& token, Time now);

/// A page of tokens: {"tokens", "after"}; `after` asks for the next page, and is null on the last one.
/// @param limit  how many were asked for
Json represent(std::span<const Token> page, int limit, Time now);

/// The story of a token: what represent(token) shows, with `deliveries` (id, claim, started_at, ended_at, first, length, sent,
/// grounds, outcome, network, completed) and `refusals` (error, network, first_at, last_at, times), newest first.
Json represent_story(const Token& token, DeliveryLog& log, Time now);

/// A key without its text: id, name, scopes, created_at, revoked_at.
Json represent(const ApiKey& key);

/// A queued message: id, attached, linked, recipients (email, mail, tokens).
Json represent(const QueuedMessage& message);

/// A mail in the outbox without its content: id, kind, about, recipient, state, created_at, next_at, tries, sent_at, failed_at,
/// answer.
Json represent(const Mail& mail);

/// "waiting", "sent" or "failed".
const char* state_of(const Mail& mail);

/// A token for whoever holds its link: filename, size, state, expires_at, uses_left (null if unlimited).
Json represent_to_holder(const Token& token, Time now);

/// What WordPress's exporters answer with: {"data":[{"group_id","group_label","item_id","data":[{"name","value"}]}],"done"}.
Json represent(const Exported& exported);

/// What WordPress's erasers answer with: {"items_removed","items_retained","messages","done"}.
Json represent(const Erased& erased);

/// What there is to tell of a period: since, until, downloads (started, completed, aborted, handed_off, failed, refused,
/// bytes), success_ratio (null if nothing is over), today, unique_customers; the same numbers of downloads as `days` (day,
/// each of the period), `platforms` and `policies` (by name); refusals (by error).
Json represent(const Summary& summary);

/// The verdict on a package: {"valid": true, "data": {"file_path", "actual_size"}}, or {"valid": false, "code", "message",
/// "data"} with what the fault says.
Json represent_verdict(const std::optional<PackageFault>& fault, const std::string& path, std::uint64_t size);

}  // namespace claimcheck
