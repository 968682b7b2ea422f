#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/mail.h"
#include "core/time.h"

namespace claimcheck {

/// A mail in the outbox. One that waits has `next_at`; one that is over has `sent_at` or `failed_at`.
struct Mail {
  std::string id;  ///< a UUIDv7; part of its Message-ID, so that every attempt has the same
  MailKind kind = MailKind::link;
  std::string about;     ///< id of the token, or of the message
  std::string occasion;  ///< what sets it apart from others of its kind about the same: a deadline, a claim, a recipient
  std::string recipient;
  std::string content;  ///< MailContent, sealed
  Time created_at;
  std::optional<Time> next_at;  ///< when it is to be tried (again)
  std::int64_t tries = 0;
  std::optional<Time> sent_at, failed_at;
  std::string answer;  ///< what the mail server said last, or why it was given up

  bool operator==(const Mail&) const = default;
};

inline constexpr seconds mail_in_hand{15 * 60};          ///< so long nobody else gets a mail that somebody has claimed
inline constexpr std::size_t longest_mail_answer = 300;  ///< bytes

/// Mails on their way. A mail is taken in hand before it is handed to a mail server, and written off after: so none is lost,
/// whoever dies when. One object belongs to one thread. Methods may throw Error{unavailable}.
class Outbox {
 public:
  virtual ~Outbox() = default;

  /// Queues mails. One about the same, of the same kind and on the same occasion as another before it is passed over.
  /// @return how many were new
  virtual std::int64_t add(std::span<const Mail> mails) = 0;

  /// Mails to be tried by `now`, those first that wait longest.
  virtual std::vector<Mail> due(Time now, int limit) = 0;

  /// Takes a mail that due() told in hand: nobody else gets it before `until`.
  /// @return it, as it is now; nothing if somebody else has it, or if the answer was lost
  virtual std::optional<Mail> claim(const Mail& mail, Time until) = 0;

  /// Writes how it stands with a mail that this caller has in hand: next_at, sent_at, failed_at, answer and content.
  virtual void replace(const Mail& mail) = 0;

  /// How many were sent at `since` or later.
  virtual std::int64_t sent_since(Time since) = 0;
};

/// What has become of mails; the same connection as the Outbox's, another reader. Methods may throw Error{unavailable}.
class MailLog {
 public:
  virtual ~MailLog() = default;

  /// The newest mail of a kind about a token.
  virtual std::optional<Mail> find(const std::string& about, MailKind kind) = 0;
  virtual std::optional<Mail> find(const std::string& id) = 0;

  /// The newest, newest first.
  virtual std::vector<Mail> list(int limit) = 0;

  /// How many mails wait, since when, and how many failed at `since` or later.
  struct Backlog {
    std::int64_t waiting = 0;
    std::optional<Time> oldest;  ///< when the one that waits longest was queued
    std::int64_t failed = 0;
  };
  virtual Backlog backlog(Time failed_since) = 0;

  /// Forgets the contents of mails that are over about any of these.
  virtual void empty(std::span<const std::string> about) = 0;

  /// Forgets at most `limit` mails that were over before a moment. @return how many
  virtual std::int64_t forget(Time over_before, int limit) = 0;
};

}  // namespace claimcheck
