#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/conditions.h"
#include "core/hand_off.h"
#include "core/network.h"
#include "core/site.h"
#include "fcgi/pages/language.h"
#include "fcgi/surface.h"
#include "fcgi/variables.h"

namespace claimcheck::fcgi {

enum class Method { get, head, post, options, other };

/// Which kind of answer the client can use.
enum class Format { text, html, json };

/// What the web server in front tells about itself, for its operator.
struct FrontEnd {
  std::string software;  ///< SERVER_SOFTWARE
  std::string gate;      ///< CLAIMCHECK_GATE, from the worker's .htaccess; never shown
};

/// One request, taken from its CGI variables once and within limits. Names in comments are HTTP header fields.
struct Request {
  Method method = Method::other;
  Surface surface = Surface::native;
  std::vector<std::string> path;             ///< decoded segments beneath the surface's own path; see `outside`
  bool outside = false;                      ///< the path is malformed, or none of ours
  std::map<std::string, std::string> query;  ///< decoded parameters
  Format format = Format::text;              ///< from Accept
  Language language = Language::english;     ///< from Accept-Language
  bool prefetch = false;           ///< Sec-Purpose, Purpose, X-Purpose, X-Moz, or a preview's User-Agent: nobody asks yet
  std::string range;               ///< Range
  Conditions conditions;           ///< If-Match …
  std::string bearer;              ///< the key in "Authorization: Bearer KEY"; empty if absent
  std::string body;                ///< of a POST
  std::string idempotency_key;     ///< Idempotency-Key
  std::string stripe_signature;    ///< Stripe-Signature
  std::string origin;              ///< Origin
  std::string client;              ///< the client's address, for rules that ask for it; never recorded
  std::string network;             ///< what is recorded of the client's address; see core/network.h
  std::string client_network;      ///< the network of that address, whatever is recorded: all of it counts as one
  std::vector<HandOff> hand_offs;  ///< what the web server announces that it carries out (CLAIMCHECK_HAND_OFF)
  FrontEnd front_end;
};

inline constexpr std::size_t longest_body = 64ULL * 1024;
inline constexpr std::size_t longest_path = 8ULL * 1024;

/// Makes a Request. The path comes from REQUEST_URI (PATH_INFO only if that is absent) and is decoded once.
/// Throws Error{bad_request} for missing variables, a malformed length, a body that ended early, or a parameter that is
/// there twice; Error{payload_too_large}.
Request parse_request(const Variables& variables, const BodyReader& read_body, const Site& site, IpLog ip_log);

/// The decoded parameters of a query, or of a form that was posted. Throws Error{bad_request} for one that is malformed, or
/// there twice. Source: WHATWG URL Standard, application/x-www-form-urlencoded.
std::map<std::string, std::string> parameters_of(std::string_view text);

/// Which answer format an Accept field asks for.
Format format_for(std::string_view accept);

}  // namespace claimcheck::fcgi
