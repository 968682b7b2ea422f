#include "fcgi/token_api.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/issue.h"
#include "core/mail_draft.h"
#include "core/quantity.h"
#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/message_api.h"
#include "fcgi/pages.h"

namespace claimcheck::fcgi {
namespace {

constexpr int most_listed = 200;

Error bad(const char* field, const char* message) {
  return Error{Errc::bad_request, message, {{"field", field}}};
}

std::optional<seconds> take_ttl(JsonBody& body) {
  const auto text = body.take_text("ttl");
  if (!text) return std::nullopt;
  const auto ttl = parse_duration(*text);
  if (!ttl) throw bad("ttl", "ttl must be a length of time, such as 90s, 24h or 7d.");
  return ttl;
}

Reply issue_token(const Services& services, const Request& request) {
  JsonBody body{request.body};
  const std::string policy = body.take_text("policy").value_or("default");
  const IssueRequest wanted{.storage = body.take_text("storage").value_or(""),
                            .file = body.take_text("file").value_or(""),
                            .filename = body.take_text("filename"),
                            .email = body.take_text("email").value_or(""),
                            .max_uses = body.take_number("max_uses"),
                            .ttl = take_ttl(body),
                            .facts = body.take_texts("facts")};
  const bool mailed = body.take_flag("send_mail");
  body.require_nothing_else();
  if (mailed && wanted.email.empty()) throw bad("email", "send_mail needs an email: whom the link is for.");
  const Seal* seal = mailed ? &require_mail(services) : nullptr;
  const Issued issued =
      issue(wanted, policy, services.policies, services.storages, services.tokens, services.random, services.pause);
  if (seal != nullptr)
    services.outbox.add(std::vector{make_mail(link_draft(issued), *seal, services.random, services.tokens.now())});
  return json_reply(201, represent(issued, services.site).dump());
}

int limit_of(const std::string& text) {
  int limit = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (fault != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > most_listed)
    throw bad("limit", "limit must be from 1 to 200.");
  return limit;
}

Reply list_tokens(const Services& services, const Request& request) {
  TokenQuery query;
  for (const auto& [name, value] : request.query) {
    if (name == "limit") {
      query.limit = limit_of(value);
    } else if (name == "before" && is_uuid(value)) {
      query.before = TokenId{value};
    } else {
      throw Error{Errc::bad_request, "The parameters here are limit and before, a token's id.", {{"field", name}}};
    }
  }
  const Time now = services.tokens.now();
  Json tokens = Json::array();
  for (const Token& token : services.tokens.list(query)) tokens.push_back(represent(token, now));
  return json_reply(200, Json{{"tokens", std::move(tokens)}}.dump());
}

TokenId id_of(const Request& request) {
  if (!is_uuid(request.path[2])) throw Error{Errc::invalid_token, "not the form of a token's id"};
  return {request.path[2]};
}

}  // namespace

Answer list_or_issue_tokens(const Services& services, const Request& request, Subject&) {
  const bool post = request.method == Method::post;
  require_scope(services, request.bearer, post ? Scope::issue : Scope::read);
  return {.reply = post ? issue_token(services, request) : list_tokens(services, request)};
}

Answer show_token(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::read);
  const auto token = services.tokens.find(id_of(request));
  if (!token) throw Error{Errc::invalid_token, "no token has this id"};
  return {.reply = json_reply(200, represent_story(*token, services.deliveries, services.tokens.now()).dump())};
}

Answer revoke_token(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::manage);
  const auto token = Enforcement{services.tokens, services.pause}.revoke(id_of(request));
  if (!token) throw Error{Errc::invalid_token, "no token has this id"};
  return {.reply = json_reply(200, represent(*token, services.tokens.now()).dump())};
}

}  // namespace claimcheck::fcgi
