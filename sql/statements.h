#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

/// Every statement of the stores. `{name}` is the table `name` with the configured prefix; `?` are bound by position.
namespace claimcheck::sql::statements {

/// Text that can be put together at compile time, so that a column list is written once.
template <std::size_t size>
struct Text {
  char characters[size];

  constexpr operator std::string_view() const { return {characters, size - 1}; }
};
template <std::size_t size>
Text(const char (&)[size]) -> Text<size>;

template <std::size_t left, std::size_t right>
consteval Text<left + right - 1> operator+(const Text<left>& head, const Text<right>& tail) {
  Text<left + right - 1> whole{};
  std::copy_n(tail.characters, right, std::copy_n(head.characters, left - 1, whole.characters));
  return whole;
}

/// `beginning`, and `part` so many times, with `between` between two: for statements about several rows.
std::string repeated(std::string_view beginning, std::string_view part, std::string_view between, std::size_t times);

// --- tokens ---

inline constexpr Text token_columns{
    "id, digest, storage, file, filename, size, mtime_ns, policy, email, rules, created_at, expires_at, revoked_at, "
    "cleaned_at, max_uses, uses, claims, revision, facts"};
inline constexpr Text select_tokens = Text{"SELECT "} + token_columns + Text{" FROM {tokens} "};

/// Begins the adding of tokens with everything that belongs to them; token_values follow. 1 row each, or a duplicate key if an
/// id or digest exists.
inline constexpr auto add_tokens =
    Text{"INSERT INTO {tokens} ("} + token_columns + Text{", ends_at, tidy_at, warn_at) VALUES "};
inline constexpr Text token_values{"(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
inline constexpr auto add_token = add_tokens + token_values;

/// Makes a token findable by one of its facts.
inline constexpr Text add_fact{"INSERT INTO {facts} (token_id, name, value) VALUES (?, ?, ?)"};

/// The token that a secret opens; 0 or 1 row.
inline constexpr auto find_token_by_digest = select_tokens + Text{"WHERE digest = ?"};

/// The token of that id; 0 or 1 row.
inline constexpr auto find_token_by_id = select_tokens + Text{"WHERE id = ?"};

/// Begin the search for tokens; a list of as many `?` as there are keys follows, and a parenthesis.
inline constexpr auto find_tokens_by_digest = select_tokens + Text{"WHERE digest IN ("};
inline constexpr auto find_tokens_by_id = select_tokens + Text{"WHERE id IN ("};

/// Writes a token's mutable state if nobody changed it since `revision` was read. Changes 1 row, or 0 if somebody did. A
/// warning becomes due again if the token expires at another moment than the first one bound, and never if that is NULL; it
/// comes first, since MySQL goes by what stands left of it.
inline constexpr Text replace_token{
    "UPDATE {tokens} SET warn_at = CASE WHEN expires_at = ? THEN warn_at ELSE ? END, uses = ?, claims = ?, expires_at = ?, "
    "revoked_at = ?, cleaned_at = ?, ends_at = ?, tidy_at = ?, email = ?, facts = ?, "
    "revision = revision + 1 WHERE id = ? AND revision = ?"};

/// The same of what downloads change.
inline constexpr Text replace_uses{
    "UPDATE {tokens} SET uses = ?, claims = ?, tidy_at = ?, revision = revision + 1 WHERE id = ? AND revision = ?"};

/// The same of several tokens: each column is set to `CASE id WHEN ? THEN ? … END`.
inline constexpr std::string_view columns_of_uses[] = {"uses", "claims", "tidy_at"};

/// A page of tokens before an id, newest first.
inline constexpr auto list_tokens = select_tokens + Text{"WHERE id < ? ORDER BY id DESC LIMIT ?"};

/// Tokens that ended by a moment and are not cleaned yet, after an id, in the order of their ids.
inline constexpr auto ended_tokens =
    select_tokens + Text{"WHERE cleaned_at IS NULL AND ends_at <= ? AND id > ? ORDER BY id LIMIT ?"};

/// Tokens that need settling at a moment, after an id, in the order of their ids.
inline constexpr Text unsettled_tokens{"SELECT id FROM {tokens} WHERE tidy_at <= ? AND id > ? ORDER BY id LIMIT ?"};

/// Marks tokens that ended by a moment and are not cleaned; a list of as many `?` as there are ids follows, and a parenthesis.
/// The signs keep SQLite from going through all that have ended instead of these few.
inline constexpr std::string_view clean_tokens =
    "UPDATE {tokens} SET cleaned_at = ?, revision = revision + 1 WHERE +cleaned_at IS NULL AND +ends_at <= ? AND id IN (";

/// A token that refers to a file, is not cleaned, and ends after a moment; 0 or 1 row. The lengths are compared since MySQL's =
/// overlooks spaces at the end.
inline constexpr Text token_using_file{
    "SELECT 1 FROM {tokens} WHERE storage = ? AND file = ? AND LENGTH(file) = LENGTH(?) AND cleaned_at IS NULL AND ends_at > ? "
    "LIMIT 1"};

/// Tokens that were cleaned before a moment.
inline constexpr Text cleaned_tokens{"SELECT id FROM {tokens} WHERE cleaned_at < ? ORDER BY cleaned_at LIMIT ?"};

/// Forget facts, or tokens; a list of as many `?` as there are ids follows, and a parenthesis.
inline constexpr std::string_view forget_facts = "DELETE FROM {facts} WHERE token_id IN (";
inline constexpr std::string_view forget_tokens = "DELETE FROM {tokens} WHERE id IN (";

/// Tokens whose warning is due by a moment, after an id, in the order of their ids.
inline constexpr auto tokens_to_warn = select_tokens + Text{"WHERE warn_at <= ? AND id > ? ORDER BY id LIMIT ?"};

/// Notes that no warning is due any more; a condition follows for each token, with OR between them.
inline constexpr std::string_view note_warned = "UPDATE {tokens} SET warn_at = NULL WHERE ";
inline constexpr std::string_view warned_token = "(id = ? AND expires_at = ? AND warn_at IS NOT NULL)";

// --- removals ---

/// Notes a file to be removed. 1 row, or a duplicate key if it is noted.
inline constexpr Text add_removal{"INSERT INTO {removals} (id, storage, file, size, mtime_ns) VALUES (?,?,?,?,?)"};

/// Notes another version of it. 1 row, or 0 if it is this.
inline constexpr Text replace_removal{
    "UPDATE {removals} SET size = ?, mtime_ns = ? WHERE id = ? AND (size <> ? OR mtime_ns <> ?)"};

/// Files to be removed, after an id, in the order of their ids.
inline constexpr Text list_removals{"SELECT storage, file, size, mtime_ns FROM {removals} WHERE id > ? ORDER BY id LIMIT ?"};

inline constexpr Text drop_removal{"DELETE FROM {removals} WHERE id = ?"};

// --- mails ---

inline constexpr Text mail_columns{
    "id, kind, about, occasion, recipient, content, created_at, next_at, tries, sent_at, failed_at, answer"};
inline constexpr Text select_mails = Text{"SELECT "} + mail_columns + Text{" FROM {mails} "};

/// Begins the queueing of mails; a list of values follows for each.
inline constexpr auto add_mails = Text{"INSERT INTO {mails} ("} + mail_columns + Text{") VALUES "};
inline constexpr std::string_view mail_values = "(?,?,?,?,?,?,?,?,?,?,?,?)";

/// Mails to be tried by a moment, those first that wait longest.
inline constexpr auto due_mails = select_mails + Text{"WHERE next_at <= ? ORDER BY next_at, id LIMIT ?"};

/// Takes a mail in hand. 1 row, or 0 if somebody else has.
inline constexpr Text claim_mail{
    "UPDATE {mails} SET next_at = ?, tries = tries + 1 WHERE id = ? AND next_at = ? AND tries = ?"};

/// Writes what became of a mail.
inline constexpr Text replace_mail{
    "UPDATE {mails} SET next_at = ?, sent_at = ?, failed_at = ?, answer = ?, content = ? WHERE id = ? AND tries = ?"};

inline constexpr Text count_sent_mails{"SELECT COUNT(*) FROM {mails} WHERE sent_at >= ?"};
inline constexpr Text count_failed_mails{"SELECT COUNT(*) FROM {mails} WHERE failed_at >= ?"};
inline constexpr Text count_waiting_mails{"SELECT COUNT(*), MIN(created_at) FROM {mails} WHERE next_at IS NOT NULL"};

inline constexpr auto find_mail_by_id = select_mails + Text{"WHERE id = ?"};
/// The newest mail of a kind about something; 0 or 1 row.
inline constexpr auto find_mail_about = select_mails + Text{"WHERE about = ? AND kind = ? ORDER BY id DESC LIMIT 1"};
inline constexpr auto list_mails = select_mails + Text{"ORDER BY id DESC LIMIT ?"};

/// Forgets the contents of mails that are over; a list of as many `?` as they are about follows, and a parenthesis.
inline constexpr std::string_view empty_mails =
    "UPDATE {mails} SET content = '' WHERE next_at IS NULL AND content <> '' AND about IN (";

/// Mails that were over before a moment; bound twice, then the limit.
inline constexpr Text old_mails{"SELECT id FROM {mails} WHERE sent_at < ? OR failed_at < ? LIMIT ?"};
inline constexpr std::string_view forget_mails = "DELETE FROM {mails} WHERE id IN (";

// --- deliveries ---

inline constexpr Text delivery_columns{
    "id, token_id, claim, started_at, ended_at, first_byte, length, sent, outcome, grounds, network"};

/// Begins the logging of deliveries; a list of values follows for each.
inline constexpr auto add_deliveries = Text{"INSERT INTO {deliveries} ("} + delivery_columns + Text{") VALUES "};
inline constexpr std::string_view delivery_values = "(?,?,?,?,?,?,?,?,?,?,?)";

/// The last deliveries of a token, newest first.
inline constexpr auto deliveries_of_token =
    Text{"SELECT "} + delivery_columns + Text{" FROM {deliveries} WHERE token_id = ? ORDER BY ended_at DESC, id DESC LIMIT ?"};

/// Begins the search for deliveries; a list of as many `?` as there are ids follows, and a parenthesis.
inline constexpr auto find_deliveries = Text{"SELECT "} + delivery_columns + Text{" FROM {deliveries} WHERE id IN ("};

/// Notes what a delivery has really sent if its outcome is the given one. 1 row, or 0 if it is another, or there is none.
inline constexpr Text correct_delivery{"UPDATE {deliveries} SET sent = ?, outcome = ? WHERE id = ? AND outcome = ?"};

/// The end of the oldest delivery but so many that ended before a moment; 0 or 1 row.
inline constexpr Text end_of_old_delivery{
    "SELECT ended_at FROM {deliveries} WHERE ended_at < ? ORDER BY ended_at LIMIT 1 OFFSET ?"};

/// Forgets deliveries that ended before a moment.
inline constexpr Text prune_deliveries{"DELETE FROM {deliveries} WHERE ended_at < ?"};

// --- refusals ---

inline constexpr Text refusal_columns{"token_id, error, network, hour, first_at, last_at, times"};

inline constexpr std::string_view refusal_key = "(token_id = ? AND error = ? AND network = ? AND hour = ?)";

/// Begins the adding of one number to tallies; a refusal_key follows for each, with OR between them. As many rows as there are.
inline constexpr std::string_view count_refusals =
    "UPDATE {refusals} SET times = times + ?, last_at = CASE WHEN last_at < ? THEN ? ELSE last_at END WHERE ";

/// Begins the search for tallies; a refusal_key follows for each, with OR between them.
inline constexpr std::string_view find_refusals = "SELECT token_id, error, network, hour FROM {refusals} WHERE ";

/// Begins the beginning of tallies; a list of values follows for each. As many rows, or a duplicate key if there is one of
/// them.
inline constexpr auto add_refusals = Text{"INSERT INTO {refusals} ("} + refusal_columns + Text{") VALUES "};
inline constexpr std::string_view refusal_values = "(?,?,?,?,?,?,?)";

/// The last refusals of a token, newest first.
inline constexpr auto refusals_of_token =
    Text{"SELECT "} + refusal_columns +
    Text{" FROM {refusals} WHERE token_id = ? ORDER BY last_at DESC, hour DESC, error LIMIT ?"};

/// The refusals for two reasons that happened last at a moment or later, in that order.
inline constexpr auto refusals_by_reason =
    Text{"SELECT "} + refusal_columns +
    Text{" FROM {refusals} WHERE last_at >= ? AND error IN (?, ?) ORDER BY last_at LIMIT ?"};

/// The end of the oldest tally but so many that ended before a moment; 0 or 1 row.
inline constexpr Text end_of_old_refusals{"SELECT last_at FROM {refusals} WHERE last_at < ? ORDER BY last_at LIMIT 1 OFFSET ?"};

/// Forgets tallies that ended before a moment.
inline constexpr Text prune_refusals{"DELETE FROM {refusals} WHERE last_at < ?"};

// --- what is known about a person ---

/// How an address is spelled where it is kept; the driver's idea of capital letters may find more than ours.
inline constexpr std::string_view spelled_in_tokens =
    "SELECT DISTINCT email FROM {tokens} WHERE LOWER(RTRIM(email)) = LOWER(?)";
inline constexpr std::string_view spelled_in_facts = "SELECT DISTINCT value FROM {facts} WHERE LOWER(RTRIM(value)) = LOWER(?)";
inline constexpr std::string_view spelled_in_mails =
    "SELECT DISTINCT recipient FROM {mails} WHERE LOWER(RTRIM(recipient)) = LOWER(?)";

/// Begin to tell the tokens of a person; a list of as many `?` as there are spellings follows, and a parenthesis.
inline constexpr std::string_view persons_by_email = "SELECT id AS person FROM {tokens} WHERE email IN (";
inline constexpr std::string_view persons_by_fact = "SELECT token_id AS person FROM {facts} WHERE value IN (";

/// Begin what is asked of a person's tokens and of what is told of them; `(` tokens of the person `) AS persons` and the end
/// follow.
inline constexpr std::string_view count_tokens_of = "SELECT COUNT(*) FROM {tokens} JOIN (";
inline constexpr std::string_view count_deliveries_of = "SELECT COUNT(*) FROM {deliveries} JOIN (";
inline constexpr std::string_view count_refusals_of = "SELECT COUNT(*) FROM {refusals} JOIN (";
inline constexpr auto tokens_of = select_tokens + Text{"JOIN ("};
inline constexpr auto deliveries_of = Text{"SELECT "} + delivery_columns + Text{" FROM {deliveries} JOIN ("};
inline constexpr auto refusals_of = Text{"SELECT "} + refusal_columns + Text{" FROM {refusals} JOIN ("};
inline constexpr std::string_view if_tokens_of = ") AS persons ON id = person";
inline constexpr std::string_view if_told_of = ") AS persons ON token_id = person";
inline constexpr std::string_view a_part_by_id = " ORDER BY id LIMIT ? OFFSET ?";
inline constexpr std::string_view a_part_of_refusals = " ORDER BY token_id, hour, error, network LIMIT ? OFFSET ?";

/// Begin what is asked of mails to a person; a list of as many `?` as there are spellings follows, and a parenthesis.
inline constexpr std::string_view count_mails_to = "SELECT COUNT(*) FROM {mails} WHERE recipient IN (";
inline constexpr auto mails_to = select_mails + Text{"WHERE recipient IN ("};

inline constexpr Text networks_of_deliveries{"SELECT DISTINCT network FROM {deliveries} WHERE token_id = ?"};
inline constexpr Text replace_network{"UPDATE {deliveries} SET network = ? WHERE token_id = ? AND network = ?"};

inline constexpr auto all_refusals_of_token = Text{"SELECT "} + refusal_columns + Text{" FROM {refusals} WHERE token_id = ?"};

/// Moves a tally to another network. 1 row, or a duplicate key if there is one; 0 if it is gone.
inline constexpr std::string_view move_refusals = "UPDATE {refusals} SET network = ? WHERE ";
/// Takes a tally away unless it has grown; a refusal_key and its number. 1 row, or 0 if it has.
inline constexpr std::string_view take_refusals = "DELETE FROM {refusals} WHERE times = ? AND ";

inline constexpr Text facts_of_token{"SELECT name, value FROM {facts} WHERE token_id = ?"};
inline constexpr Text drop_fact{"DELETE FROM {facts} WHERE token_id = ? AND name = ?"};

/// Gives mails up that wait, whoever has them in hand; a condition follows.
inline constexpr std::string_view give_mails_up =
    "UPDATE {mails} SET next_at = NULL, failed_at = ?, answer = 'erased', content = '', tries = tries + 1 "
    "WHERE next_at IS NOT NULL AND ";
/// Forgets what mails about something said.
inline constexpr Text empty_mails_about{"UPDATE {mails} SET content = '' WHERE content <> '' AND about = ?"};
/// Forgets to whom mails went, what they said, and what the mail server said of it. As many rows as there are.
inline constexpr Text erase_mails_to{
    "UPDATE {mails} SET recipient = '', content = '', answer = CASE WHEN answer = 'erased' THEN answer ELSE '' END "
    "WHERE recipient = ?"};

// --- keys ---

inline constexpr Text key_columns{"id, name, digest, scopes, created_at, revoked_at"};
inline constexpr Text select_keys = Text{"SELECT "} + key_columns + Text{" FROM {api_keys} "};

/// Adds a key. 1 row, or a duplicate key if its id or digest exists.
inline constexpr auto add_key = Text{"INSERT INTO {api_keys} ("} + key_columns + Text{") VALUES (?, ?, ?, ?, ?, ?)"};

/// The key that a bearer's text opens, revoked or not; 0 or 1 row.
inline constexpr auto find_key_by_digest = select_keys + Text{"WHERE digest = ?"};

/// The key of that id; 0 or 1 row.
inline constexpr auto find_key_by_id = select_keys + Text{"WHERE id = ?"};

/// All keys, oldest first.
inline constexpr auto list_keys = select_keys + Text{"ORDER BY created_at, id"};

/// Revokes a key. 1 row, or 0 if there is none of that id or it is revoked already.
inline constexpr Text revoke_key{"UPDATE {api_keys} SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"};

// --- meta ---

/// All that the database says about itself: (name, value).
inline constexpr Text list_meta{"SELECT name, value FROM {meta}"};

/// What is noted under a name; 0 or 1 row.
inline constexpr Text find_meta{"SELECT value FROM {meta} WHERE name = ?"};

/// Notes something else under a name. 1 row, or 0 if there is none of that name or it says so already.
inline constexpr Text replace_meta{"UPDATE {meta} SET value = ? WHERE name = ? AND value <> ?"};

/// Notes something. 1 row, or a duplicate key if the name exists.
inline constexpr Text add_meta{"INSERT INTO {meta} (name, value) VALUES (?, ?)"};

/// How durable a commit is: 1 means it survives a power failure. MySQL only.
inline constexpr Text durability{"SELECT CAST(@@GLOBAL.innodb_flush_log_at_trx_commit AS SIGNED)"};

}  // namespace claimcheck::sql::statements
