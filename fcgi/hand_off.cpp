#include "fcgi/hand_off.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/percent_encoding.h"
#include "core/range.h"

namespace claimcheck::fcgi {
namespace {

/// "bytes=0-499", "bytes=500-" or "bytes=-500" and nothing else: every server reads these alike.
bool is_plain(std::string_view range) {
  constexpr std::string_view unit = "bytes=", digits = "0123456789";
  constexpr std::size_t most_digits = 18;
  if (!range.starts_with(unit)) return false;
  range.remove_prefix(unit.size());
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.size() == 1) return false;
  const std::string_view first = range.substr(0, dash), last = range.substr(dash + 1);
  return first.find_first_not_of(digits) == std::string_view::npos && first.size() <= most_digits &&
         last.find_first_not_of(digits) == std::string_view::npos && last.size() <= most_digits;
}

/// Whether the web server will come to the same bytes: no condition that its own validators might fail, and a range, if there
/// is one, that leaves nothing to interpret.
bool reads_alike(const Request& request, std::uint64_t size) {
  const Conditions& given = request.conditions;
  if (!given.if_match.empty() || !given.if_none_match.empty() || !given.if_modified_since.empty() ||
      !given.if_unmodified_since.empty())
    return false;
  if (request.range.empty()) return true;
  if (!is_plain(request.range) || choose_range(request.range, size).kind != RangeChoice::Kind::partial) return false;
  return given.if_range.empty() || (given.if_range.starts_with('"') && given.if_range.ends_with('"'));
}

/// Whether we are to send it ourselves so that uses are counted by what went out.
bool is_to_be_exact(const Token& token, const Circumstances& circumstances, std::uint64_t size) {
  switch (token.rules.exact) {
    case Exact::always:
      return true;
    case Exact::never:
      return false;
    case Exact::automatic:
      break;
  }
  return token.max_uses > 0 && (circumstances.own_socket || size <= circumstances.exact_up_to);
}

}  // namespace

bool may_redirect(const Token& token, const StorageSettings& storage) {
  return storage.hand_off == HandOff::redirect && token.rules.exact != Exact::always && token.rules.rate == 0;
}

HandOff choose_hand_off(const Token& token, const StorageSettings& storage, const Circumstances& circumstances,
                        const Request& request, std::uint64_t size) {
  const HandOff means = storage.hand_off;
  if (means == HandOff::redirect) {
    const bool can = request.method == Method::get && size > 0 && reads_alike(request, size);
    return can && may_redirect(token, storage) ? means : HandOff::none;
  }
  const bool can = means != HandOff::none && std::ranges::find(request.hand_offs, means) != request.hand_offs.end();
  if (!can || request.method != Method::get || is_to_be_exact(token, circumstances, size)) return HandOff::none;
  // A web server that speaks FastCGI to a socket shows a local redirect to the client.
  if (means == HandOff::local && circumstances.own_socket) return HandOff::none;
  if (token.rules.rate > 0 && means != HandOff::accel) return HandOff::none;  // only nginx paces for us
  // Some versions of X-Sendfile decode the path and some do not.
  if (means == HandOff::xsendfile && (storage.root + token.file).find('%') != std::string::npos) return HandOff::none;
  if (size == 0 || !reads_alike(request, size)) return HandOff::none;
  return means;
}

void hand_off(Reply& reply, HandOff means, const StorageSettings& storage, const std::string& file, std::uint64_t rate) {
  std::erase_if(reply.headers, [&](const auto& field) {
    // mod_xsendfile adds no Accept-Ranges of its own; everybody else does.
    return field.first == "Content-Range" || field.first == "X-Accel-Buffering" ||
           (field.first == "Accept-Ranges" && means != HandOff::xsendfile);
  });
  reply.status = 200;
  reply.file.reset();
  reply.pieces.clear();
  reply.handed_off = means;
  const std::string url = percent_encoded_path(storage.url + "/" + file);
  switch (means) {
    case HandOff::local:
      reply.set("Location", url);
      break;
    case HandOff::xsendfile:
      reply.set("X-Sendfile", storage.root + "/" + file);
      break;
    case HandOff::accel:
      reply.set("X-Accel-Redirect", url);
      if (rate > 0) reply.set("X-Accel-Limit-Rate", fmt::to_string(rate));
      break;
    case HandOff::litespeed:
      reply.set("X-LiteSpeed-Location", url);
      break;
    case HandOff::none:
    case HandOff::redirect:
      break;
  }
}

seconds direct_lifetime(const Token& token, const StorageSettings& storage, Time now) {
  const Time end = now < token.expires_at ? token.expires_at : token.expires_at + token.rules.grace;
  return std::clamp(end - now, seconds{1}, storage.url_lifetime);
}

void redirect(Reply& reply, std::string url) {
  constexpr std::string_view of_the_file[] = {
      "Content-Type", "Content-Disposition", "Content-Range", "Content-Security-Policy", "Accept-Ranges",
      "ETag",         "Last-Modified"};
  std::erase_if(reply.headers,
                [&](const auto& field) { return std::ranges::find(of_the_file, field.first) != std::end(of_the_file); });
  reply.status = 302;
  reply.file.reset();
  reply.pieces.clear();
  reply.set("Location", std::move(url));
}

}  // namespace claimcheck::fcgi
