#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/delivery_log.h"
#include "core/enforcement.h"
#include "core/outbox.h"
#include "core/token.h"
#include "core/token_store.h"

namespace claimcheck {

// What is known about a person, who is told by an e-mail address, and how it is forgotten. A person's tokens are those issued
// to the address and those with a fact that is the address. Capital letters make no difference.

/// Some of the records of one kind.
struct Part {
  std::int64_t first = 0;  ///< of so many records before it
  int limit = 0;
};

/// Reads what is known about a person. Addresses come in lower case. One object belongs to one thread. Methods may throw
/// Error{unavailable}.
class PersonalRecords {
 public:
  virtual ~PersonalRecords() = default;

  struct Counts {
    std::int64_t tokens = 0, deliveries = 0, refusals = 0, mails = 0;

    bool operator==(const Counts&) const = default;
  };
  virtual Counts count(const std::string& address) = 0;

  /// The person's tokens, in the order of their ids.
  virtual std::vector<Token> tokens(const std::string& address, Part part) = 0;
  /// What the log has of those, always in the same order.
  virtual std::vector<DeliveryRecord> deliveries(const std::string& address, Part part) = 0;
  virtual std::vector<RefusalRecord> refusals(const std::string& address, Part part) = 0;
  /// Mails to the person, in the order of their ids.
  virtual std::vector<Mail> mails(const std::string& address, Part part) = 0;
};

/// Forgets what is kept about a person outside the tokens' rows; the same connection as the PersonalRecords', another reader.
/// Everything may be done twice. Methods may throw Error{unavailable}.
class Erasure {
 public:
  virtual ~Erasure() = default;

  /// Replaces the networks in the log of a token by what forgotten() leaves of them. No count changes.
  virtual void anonymise_log(const TokenId& token) = 0;
  /// Makes a token not to be found any more by facts that are the address.
  virtual void drop_facts(const TokenId& token, const std::string& address) = 0;
  /// Empties the mails about a token; those that wait are given up ("erased").
  virtual void erase_mails_about(const TokenId& token, Time now) = 0;
  /// Empties the mails to a person and forgets who that was; those that wait are given up ("erased"), also those that somebody
  /// has in hand. @return how many
  virtual std::int64_t erase_mails_to(const std::string& address, Time now) = 0;
  /// Called at the end: nothing of what was overwritten is to stay in the store's files, so far as that is its to rule.
  virtual void finish() = 0;
};

/// One thing that is known about a person, as WordPress's exporters tell it.
struct PersonalItem {
  std::string_view group, label;  ///< label is for people
  std::string id;
  std::vector<std::pair<std::string, std::string>> details;  ///< names for people, and values

  bool operator==(const PersonalItem&) const = default;
};

/// One page of an export.
struct Exported {
  std::vector<PersonalItem> items;
  bool done = false;  ///< no page follows
};

/// One page of an erasure.
struct Erased {
  std::int64_t links = 0;             ///< tokens that were the person's
  std::int64_t mails = 0;             ///< mails to the person
  std::vector<std::string> messages;  ///< what is left, for people
  bool done = false;
};

inline constexpr int personal_items_a_page = 100;

/// The address as it is sought: in lower case. Throws Error{bad_request} with `details.field` unless it can be one.
std::string sought_address(std::string_view text);

/// Whether `text` is the address, capital letters and blanks at the end aside.
bool is_address(std::string_view text, std::string_view address);

/// Whether a token is the person's.
bool is_of_person(const Token& token, std::string_view address);

/// The token without the address, without facts that are the address, and with what forgotten() leaves of networks.
/// @return nothing if that changes nothing.
std::optional<Token> without_person(const Token& token, const std::string& address);

/// A page of what is known about a person: tokens, deliveries, refusals, mails. No secrets, no digests.
/// @param address  of sought_address()
/// @param page     from 1
/// Throws Error{bad_request} for a page that cannot be, Error{unavailable}.
Exported export_person(PersonalRecords& records, const std::string& address, std::int64_t page, Time now);

/// Forgets a person: at most personal_items_a_page tokens a call, to be called until it is done. Counts stay, links go on
/// working, so do downloads that are under way. Whatever it dies of, it may be called again.
/// Throws Error{unavailable}.
Erased erase_person(PersonalRecords& records, Erasure& erasure, TokenStore& tokens, const Pause& pause,
                    const std::string& address);

}  // namespace claimcheck
