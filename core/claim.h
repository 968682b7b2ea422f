#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/counting.h"
#include "core/token.h"

namespace claimcheck {

// What one claim takes, and what it is charged: rules 2 and 5 of docs/counting.md, for core/admission.h and core/progress.h.

/// Who sends the bytes of a delivery.
enum class Means {
  stream,    ///< we do, and know what went out
  hand_off,  ///< the web server does, and what arrived is unknown
};

/// What one request asks of a token.
struct Wanted {
  std::string delivery;       ///< our name for the response that would carry the bytes
  std::vector<Range> ranges;  ///< the bytes it would carry, disjoint; empty: only a claim is wanted (the page's button)
  FileVersion file;           ///< of the file as it is now
  std::string named_claim;    ///< the claim in the URL; empty if there is none
  std::string new_claim;      ///< the name of a claim, should one be opened
  std::string network;        ///< what is recorded of the client's address
  Means means = Means::stream;
};

/// Whether a claim pays for the bytes that a request asks for.
enum class Answer {
  takes,
  takes_over,  ///< if deliveries that stand still are given up for it
  held_up,     ///< not while a delivery is under way
  cannot,
};

/// Rule 2.
Answer answer(const Claim& claim, const Wanted& wanted, const Rules& rules, Time now);

/// Whether a claim that was begun with another version of the file may go on with the one there is now: it is incomplete, and
/// its budget has a whole request left.
bool may_renew(const Claim& claim, const Wanted& wanted, const Rules& rules, Time now);

/// Notes that the request's delivery begins.
void begin_delivery(Claim& claim, const Wanted& wanted, Grounds grounds, Time now);

/// What a delivery that is over has sent becomes covered, and `charge` is charged (rule 5).
/// @param ended  the delivery's id
void account(Claim& claim, const std::string& ended, const std::vector<Range>& ranges, std::uint64_t sent, std::uint64_t charge,
             Time now);

/// Ends an active delivery by its last checkpoint, and remembers it in case its worker turns up.
/// @return it, as it was
ActiveDelivery give_up(Claim& claim, std::vector<ActiveDelivery>::iterator delivery, Time now);

/// Sets or clears `completed` by what is covered and handed off, after something has become of the delivery `by`.
void note_completion(Claim& claim, const std::string& by, Time now);

/// Whether a claim never got a byte. What a dead worker sent after its last checkpoint is unknown: such a claim is not unused,
/// it stays and can still be finished.
bool is_unused(const Claim& claim);

/// Whether an active delivery has moved within the last moments; one that has not does not stand in the way.
bool moving(const ActiveDelivery& delivery, Time now);

/// Whether byte 0 is among `ranges`.
bool carries_first_byte(const std::vector<Range>& ranges);

/// The most bytes a claim may hand over for a file of `size` bytes.
std::uint64_t budget(std::uint64_t size, const Rules& rules);

/// How much of a file's end may be fetched again once it is complete.
std::uint64_t tail(std::uint64_t size);

/// The token's claim of that name, or nullptr; as const as the token is.
template <class T>
auto find_claim(T& token, const std::string& id) -> decltype(&token.claims.front()) {
  const auto found = std::ranges::find(token.claims, id, &Claim::id);
  return found == token.claims.end() ? nullptr : &*found;
}

/// Whether one of `deliveries` has that id.
template <class Delivery>
bool contains(const std::vector<Delivery>& deliveries, const std::string& id) {
  return std::ranges::find(deliveries, id, &Delivery::id) != deliveries.end();
}

}  // namespace claimcheck
