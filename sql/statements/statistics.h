#pragma once

#include <string_view>

#include "sql/statements/text.h"

/// Table `hourly`, and what is counted in `deliveries` and `refusals`.
namespace claimcheck::sql::statements {

/// What became of downloads whose responses ended in [?, ?), by hour (in seconds), policy, platform and how the download ended
/// with them, empty if it did not: how many, how many downloads began with them, and bytes. An incomplete claim counts by its
/// last response; one that got no byte was given back, and is none.
inline constexpr Text count_downloads{R"(
  SELECT ended_at - ended_at % 3600 AS hour, policy, platform, ending, COUNT(*), CAST(SUM(begins) AS SIGNED),
         CAST(SUM(sent) AS SIGNED)
    FROM (SELECT d.ended_at, d.sent, COALESCE(t.policy, '') AS policy, COALESCE(f.value, '') AS platform,
                 CASE WHEN d.sent = 0 AND d.outcome IN ('aborted', 'failed') THEN 0
                      WHEN d.grounds = 'opened' OR (d.claim = '' AND d.first_byte = 0) THEN 1
                      ELSE 0 END AS begins,
                 CASE WHEN d.completed = 1 THEN CASE WHEN d.outcome = 'handed_off' THEN 'handed_off' ELSE 'completed' END
                      WHEN d.sent = 0 AND d.outcome = 'aborted' AND d.grounds IN ('opened', 'unlimited') THEN ''
                      WHEN d.claim = '' AND d.first_byte > 0 THEN ''
                      WHEN d.claim <> ''
                           AND EXISTS (SELECT 1 FROM {deliveries} other
                                        WHERE other.token_id = d.token_id AND other.claim = d.claim
                                          AND (other.completed = 1 OR other.ended_at > d.ended_at
                                               OR (other.ended_at = d.ended_at AND other.id > d.id)))
                      THEN ''
                      WHEN d.outcome = 'failed' THEN 'failed'
                      ELSE 'aborted' END AS ending
            FROM {deliveries} d
            LEFT JOIN {tokens} t ON t.id = d.token_id
            LEFT JOIN {facts} f ON f.token_id = d.token_id AND f.name = 'platform'
           WHERE d.ended_at >= ? AND d.ended_at < ?) AS responses
   GROUP BY hour, policy, platform, ending)"};

/// Requests that were refused in [?, ?), as (hour, policy, platform, error, times, bytes).
inline constexpr Text count_all_refusals{R"(
  SELECT r.hour, COALESCE(t.policy, ''), COALESCE(f.value, ''), r.error, CAST(SUM(r.times) AS SIGNED), 0
    FROM {refusals} r
    LEFT JOIN {tokens} t ON t.id = r.token_id
    LEFT JOIN {facts} f ON f.token_id = r.token_id AND f.name = 'platform'
   WHERE r.last_at >= ? AND r.last_at < ?
   GROUP BY r.hour, COALESCE(t.policy, ''), COALESCE(f.value, ''), r.error)"};

/// When the first response ended, and the first tally of refusals, at a moment or later; 0 or 1 row.
inline constexpr Text next_delivery{"SELECT ended_at FROM {deliveries} WHERE ended_at >= ? ORDER BY ended_at LIMIT 1"};
inline constexpr Text next_refusal{"SELECT last_at FROM {refusals} WHERE last_at >= ? ORDER BY last_at LIMIT 1"};

/// What is tallied of the hours [?, ?), as (hour, policy, platform, event, times, bytes): by day, or all together.
inline constexpr Text hourly_by_day{R"(
  SELECT hour - hour % 24 AS day, policy, platform, event, CAST(SUM(times) AS SIGNED), CAST(SUM(bytes) AS SIGNED)
    FROM {hourly} WHERE hour >= ? AND hour < ? GROUP BY day, policy, platform, event)"};
inline constexpr Text hourly_by_event{R"(
  SELECT 0, '', '', event, CAST(SUM(times) AS SIGNED), CAST(SUM(bytes) AS SIGNED)
    FROM {hourly} WHERE hour >= ? AND hour < ? GROUP BY event)"};

/// Forgets what is tallied of the hours [?, ?).
inline constexpr Text drop_hourly{"DELETE FROM {hourly} WHERE hour >= ? AND hour < ?"};
/// Begins the adding to a tally; a list of values follows for each.
inline constexpr Text add_hourly{"INSERT INTO {hourly} (hour, policy, platform, event, times, bytes) VALUES "};
inline constexpr std::string_view hourly_values = "(?,?,?,?,?,?)";

/// Which tokens had responses that ended in [?, ?), and the last hour (as unix time) of each in which one did.
inline constexpr Text tokens_in_use{
    "SELECT token_id, MAX(ended_at - ended_at % 3600) FROM {deliveries} WHERE ended_at >= ? AND ended_at < ? GROUP BY "
    "token_id"};
/// Begins the noting of an hour as the last one of tokens that are not known to have a later one; a list of ids follows.
inline constexpr Text set_used_at{"UPDATE {tokens} SET used_at = ? WHERE used_at < ? AND id IN ("};

/// How many addresses tokens have that were used in the hour ? or later as far as that is tallied, or had responses that
/// ended in [?, ?); one row.
inline constexpr Text count_customers{R"(
  SELECT COUNT(DISTINCT LOWER(email))
    FROM (SELECT email FROM {tokens} WHERE used_at >= ? AND email <> ''
           UNION ALL
          SELECT t.email FROM {deliveries} d JOIN {tokens} t ON t.id = d.token_id
           WHERE d.ended_at >= ? AND d.ended_at < ? AND t.email <> '') AS emails)"};

}  // namespace claimcheck::sql::statements
