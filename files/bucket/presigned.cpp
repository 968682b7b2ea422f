#include "files/bucket/presigned.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/error.h"
#include "core/percent_encoding.h"
#include "core/secret.h"

namespace claimcheck::files {
namespace {

/// "20260203T200754Z".
std::string basic_time(Time time) {
  std::string text = format_rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

/// Without white space around it, and one space wherever there is some inside.
std::string collapsed(const std::string& value) {
  constexpr std::string_view blank = " \t\r\n";
  std::string text;
  for (const char c : value) {
    if (blank.find(c) == std::string_view::npos)
      text += c;
    else if (!text.empty() && text.back() != ' ')
      text += ' ';
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

/// Names in lower case, in their order.
Fields canonical_headers(const ObjectRequest& request) {
  Fields headers{{"host", host_field(request.address)}};
  for (const auto& [name, value] : request.headers) headers.emplace_back(lower(name), collapsed(value));
  std::ranges::sort(headers);
  return headers;
}

std::string joined(const Fields& query) {
  std::string text;
  for (const auto& [name, value] : query) text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  return text;
}

}  // namespace

Presigned presign(const ObjectRequest& request, const SignatureDialect& dialect) {
  if (request.lifetime < seconds{1} || request.lifetime > longest_presigned)
    throw Error{Errc::internal, "no URL can be signed for such a time"};
  constexpr std::size_t length_of_date = 8;
  const std::string time = basic_time(request.now), date = time.substr(0, length_of_date);
  const std::string scope = date + "/" + dialect.scope;
  std::string lines, names, payload = "UNSIGNED-PAYLOAD";
  for (const auto& [name, value] : canonical_headers(request)) {
    lines += fmt::format("{}:{}\n", name, value);
    names += (names.empty() ? "" : ";") + name;
    if (name == dialect.payload_field) payload = value;
  }

  Fields query = request.query;
  query.insert(query.end(), {{dialect.letters + "Algorithm", dialect.algorithm},
                             {dialect.letters + "Credential", dialect.account + "/" + scope},
                             {dialect.letters + "Date", time},
                             {dialect.letters + "Expires", fmt::to_string(request.lifetime.count())},
                             {dialect.letters + "SignedHeaders", names}});
  query.insert(query.end(), dialect.more.begin(), dialect.more.end());
  for (auto& [name, value] : query) {
    name = percent_encoded(name);
    value = percent_encoded(value);
  }
  Fields sorted = query;
  std::ranges::sort(sorted);

  Presigned signed_request{.url = {},
                           .canonical_request = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.address.path,
                                                            joined(sorted), lines, names, payload),
                           .string_to_sign = {}};
  signed_request.string_to_sign =
      fmt::format("{}\n{}\n{}\n{}", dialect.algorithm, time, scope, Digest::of(signed_request.canonical_request).hex());
  signed_request.url = fmt::format("{}://{}{}?{}&{}Signature={}", request.address.scheme, request.address.authority,
                                   request.address.path, joined(dialect.order == QueryOrder::sorted ? sorted : query),
                                   dialect.letters, dialect.sign(date, signed_request.string_to_sign));
  return signed_request;
}

}  // namespace claimcheck::files
