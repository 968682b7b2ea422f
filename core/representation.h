#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/delivery_log.h"
#include "core/issue.h"
#include "core/key_store.h"
#include "core/message.h"
#include "core/outbox.h"
#include "core/privacy.h"
#include "core/site.h"
#include "core/token.h"

namespace claimcheck {

// The JSON objects that the HTTP interface and the command line's --json both show. Times are RFC 3339 UTC.

using Json = nlohmann::ordered_json;

/// The one answer that contains the secret: id, secret, url, filename, size, policy, max_uses, expires_at.
Json represent(const Issued& issued, const Site& site);

/// A token for its administrator, without what is over: id, state, storage, file, filename, size, policy, email, max_uses,
/// uses, created_at, expires_at, revoked_at, facts, claims.
Json represent(const Token& token, Time now);

/// The story of a token: what represent(token) shows, with `deliveries` (id, claim, started_at, ended_at, first, length, sent,
/// grounds, outcome, network) and `refusals` (error, network, first_at, last_at, times), newest first.
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

/// "active", "used_up", "expired" or "revoked".
const char* state_of(const Token& token, Time now);

}  // namespace claimcheck
