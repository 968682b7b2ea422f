#pragma once

#include <cstdint>
#include <string>

#include "core/hand_off.h"
#include "core/settings.h"
#include "core/token.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"

namespace claimcheck::fcgi {

/// What decides, besides a token's rules, whether the worker streams.
struct Circumstances {
  bool own_socket = false;        ///< many downloads at once cost no process: any size may be streamed
  std::uint64_t exact_up_to = 0;  ///< otherwise files up to so many bytes
};

/// Who is to send what a request asks for. The web server does only if the storage is set up for it, it has announced that it
/// can, and it will read the request's Range as we did: else the path would reach the client, or bytes go out uncounted. A
/// bucket does if may_redirect() and it will read the Range alike.
/// @param size  of the file as it is now
HandOff choose_hand_off(const Token& token, const StorageSettings& storage, const Circumstances& circumstances,
                        const Request& request, std::uint64_t size);

/// Whether visitors with this token are sent to the bucket: not if what goes out is to be counted or paced exactly. Other than
/// for web servers' hand-offs, limited uses are no reason to stream: docs/decisions/redirect-to-buckets.md.
bool may_redirect(const Token& token, const StorageSettings& storage);

/// How long the signed URL for a token lives: until the token ends, or the grace for what was begun, and at most as the storage
/// says.
seconds direct_lifetime(const Token& token, const StorageSettings& storage, Time now);

/// Turns the reply that would carry a file (200 or 206) into 302 to where the client can get it. What belongs to the file is
/// left out: the answer there says it. Source: RFC 9110 section 15.4.3.
void redirect(Reply& reply, std::string url);

/// Turns the reply that would carry a file (200 or 206) into one that has the web server send it. What the web server works
/// out itself (length and range) is left out; everything else stays.
/// @param file  path beneath the storage's root
void hand_off(Reply& reply, HandOff means, const StorageSettings& storage, const std::string& file, std::uint64_t rate);

}  // namespace claimcheck::fcgi
