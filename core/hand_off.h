#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace claimcheck {

/// Who sends a file's bytes: we do, or the web server, which is told by a header field that never reaches the client, or the
/// bucket in which the file lies.
enum class HandOff {
  none,       ///< "stream": the worker sends
  local,      ///< CGI local redirect through the lock's gate (RFC 3875 section 6.2.2): mod_fcgid, mod_cgi, mod_cgid
  xsendfile,  ///< X-Sendfile with a file system path: mod_xsendfile, lighttpd
  accel,      ///< X-Accel-Redirect with a URL path: nginx
  litespeed,  ///< X-LiteSpeed-Location with a URL path
  redirect,   ///< 302 to a signed URL of the bucket
};

/// The words for them in the configuration, and in what a web server announces.
inline constexpr std::array<std::pair<std::string_view, HandOff>, 6> hand_off_words{{{"stream", HandOff::none},
                                                                                     {"local", HandOff::local},
                                                                                     {"xsendfile", HandOff::xsendfile},
                                                                                     {"accel", HandOff::accel},
                                                                                     {"litespeed", HandOff::litespeed},
                                                                                     {"redirect", HandOff::redirect}}};

/// Its word.
std::string_view to_string(HandOff hand_off);
/// @return nothing if `word` names none.
std::optional<HandOff> parse_hand_off(std::string_view word);

/// Whether the web server finds the file by its URL path, so that the configuration has to name the folder's.
bool needs_url(HandOff hand_off);

}  // namespace claimcheck
