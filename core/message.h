#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/issue.h"
#include "core/outbox.h"
#include "core/seal.h"

namespace claimcheck {

/// A text with files for several people.
struct MessageRequest {
  std::vector<std::string> recipients;  ///< each gets a mail of its own, with links of its own
  std::string subject, text;
  std::string storage;                            ///< of all files; empty: the only one there is
  std::vector<std::string> files;                 ///< paths beneath the storage's root
  std::string language;                           ///< of what is said about the files; empty: the site's
  std::map<std::string, std::string> facts = {};  ///< of the links, for their checks
};

/// What became of it.
struct QueuedMessage {
  struct Recipient {
    std::string email;
    std::string mail;                 ///< its id in the outbox
    std::vector<std::string> tokens;  ///< one for each linked file
  };
  std::string id;
  std::vector<std::string> attached, linked;  ///< files
  std::vector<Recipient> recipients;
};

/// What messages are made with. Refers to parts that have to live as long as it does.
struct MessageMeans {
  const IssueMeans& issuing;
  Outbox& outbox;
  const Seal& seal;
  std::uint64_t attach_up_to = 0;  ///< bytes, inclusive
};

/// Queues a message: files up to a size go along, each larger one becomes a link for each recipient, by the policy "message",
/// or, if there is none, for one download within 72 hours. Tokens get the fact `message_id` unless
/// `facts` has one.
/// Throws Error{bad_request} (with `details.field`), Error{file_not_found}, Error{unavailable}; then no mail is queued.
QueuedMessage queue_message(MessageRequest request, const MessageMeans& means);

}  // namespace claimcheck
