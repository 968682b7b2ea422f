#include "fcgi/storage_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"
#include "core/issue.h"
#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/download.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::chrono::minutes lifetime{5};

/// "5 minutes": in the longest unit of which it is a whole number.
std::string in_words(seconds length) {
  constexpr std::pair<seconds, std::string_view> units[] = {{std::chrono::days{1}, "day"},
                                                            {std::chrono::hours{1}, "hour"},
                                                            {std::chrono::minutes{1}, "minute"},
                                                            {seconds{1}, "second"}};
  const auto [unit, word] = *std::ranges::find_if(units, [&](const auto& each) { return length % each.first == seconds{0}; });
  return fmt::format("{} {}{}", length / unit, word, length == unit ? "" : "s");
}

/// Beneath the prefix, where it works on every site.
std::string address_of(const Site& site, const Secret& secret) {
  return fmt::format("{}{}/api/storage/public-download?token={}", site.url, site.prefix, secret.reveal());
}

}  // namespace

Answer make_download_url(const Services& services, const Request& request, Subject& subject) {
  const std::string& storage = request.path.front();
  require_storage(services, request.bearer, storage);
  JsonBody body{request.body};
  IssueRequest wanted{.storage = storage,
                      .file = body.take_text("file").value_or(""),
                      .filename = {},
                      .email = {},
                      .max_uses = {},
                      .ttl = {},
                      .decrypt = body.take_flag("decrypt")};
  body.require_nothing_else();
  const Issued issued = issue_by("storage", std::move(wanted), lifetime, issue_means(services));
  subject.token = issued.token.id;
  return {.reply = json_reply(200, Json{{"success", true},
                                        {"url", address_of(services.site, issued.secret)},
                                        {"expiresIn", in_words(issued.token.expires_at - issued.token.created_at)},
                                        {"singleUse", issued.token.max_uses == 1}}
                                       .dump())};
}

Answer open_storage_link(const Services& services, const Request& request, Subject& subject) {
  const auto token = request.query.find("token");
  if (token == request.query.end() || token->second.empty()) throw Error{Errc::missing_token};
  Request link = request;
  link.path = {token->second};
  if (link.format == Format::json) link.format = Format::text;
  return open_link(services, link, subject);
}

}  // namespace claimcheck::fcgi
