#include "fcgi/token_api.h"

#include <nlohmann/json.hpp>

#include "core/ascii.h"
#include "core/email_address.h"
#include "core/error.h"
#include "core/file_path.h"
#include "core/issue.h"
#include "core/mail_draft.h"
#include "core/quantity.h"
#include "core/renewal.h"
#include "core/representation.h"
#include "fcgi/api_key.h"
#include "fcgi/json_body.h"
#include "fcgi/message_api.h"
#include "fcgi/page_limit.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

std::optional<seconds> take_ttl(JsonBody& body) {
  const auto text = body.take_text("ttl");
  if (!text) return std::nullopt;
  const auto ttl = parse_duration(*text);
  if (!ttl) throw bad_value("ttl", "ttl must be a length of time, such as 90s, 24h or 7d.");
  return ttl;
}

/// Queues the mail that tells a link, if it is wanted. @param seal  nullptr if it is not
void mail_link(const Services& services, const Issued& issued, MailKind kind, const Seal* seal) {
  if (seal == nullptr) return;
  services.outbox.add(std::vector{make_mail(link_draft(issued, kind), *seal, services.random, services.tokens.now())});
}

Issued issue_as_asked(const Services& services, const Request& request, const IssueRequest& wanted, const std::string& policy) {
  constexpr std::size_t longest_key = 255;
  if (request.idempotency_key.empty()) return issue(wanted, policy, issue_means(services));
  if (request.idempotency_key.size() > longest_key)
    throw bad_value("Idempotency-Key", "Idempotency-Key must have at most 255 characters.");
  return issue_once(wanted, policy, issue_means(services), services.old_secrets,
                    {.caller = request.bearer, .name = request.idempotency_key, .body = request.body});
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
                            .decrypt = body.take_flag("decrypt"),
                            .facts = body.take_texts("facts"),
                            .address = body.take_text("address").value_or("")};
  const bool mailed = body.take_flag("send_mail").value_or(false);
  body.require_nothing_else();
  if (mailed) check_recipient(wanted.email);
  const Seal* seal = mailed ? &require_mail(services) : nullptr;
  const Issued issued = issue_as_asked(services, request, wanted, policy);
  mail_link(services, issued, MailKind::link, seal);
  return json_reply(201, represent(issued, services.site).dump());
}

/// "order_id:1001" as a fact's name and value.
std::pair<std::string, std::string> fact_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) throw bad_value("fact", "fact must be a name and a value, such as order_id:1001.");
  return {text.substr(0, colon), text.substr(colon + 1)};
}

/// What is longer is a part of nothing.
bool is_search(const std::string& text) {
  return text.size() <= longest_file_path && is_utf8(text) && !has_control_octet(text);
}

TokenQuery query_of(const Request& request) {
  TokenQuery query;
  for (const auto& [name, value] : request.query) {
    if (name == "limit") {
      query.limit = page_limit(value);
    } else if (name == "after") {
      if (!is_uuid(value)) throw bad_value("after", "after must be the id of the last token of the page before.");
      query.after = TokenId{value};
    } else if (name == "email") {
      query.email = lower(value);
    } else if (name == "fact") {
      query.fact = fact_of(value);
    } else if (name == "state") {
      query.state = parse_token_state(value);
      if (!query.state) throw bad_value("state", "state must be active, used_up, expired or revoked.");
    } else if (name == "search") {
      require(is_search(value), "search", "search must be text of at most 700 bytes, without control characters.");
      query.search = value;
    } else {
      throw bad_value(name, "The parameters here are email, fact, state, search, after and limit.");
    }
  }
  return query;
}

Reply list_tokens(const Services& services, const Request& request) {
  const TokenQuery query = query_of(request);
  return json_reply(200, represent(services.tokens.list(query), query.limit, services.tokens.now()).dump());
}

Extension take_extension(JsonBody& body) {
  return {.ttl = take_ttl(body), .uses = body.take_number("uses")};
}

TokenId id_of(const Request& request) {
  if (!is_uuid(request.path[2])) throw Error{Errc::invalid_token, "not the form of a token's id"};
  return {request.path[2]};
}

/// Throws Error{bad_request} if a token has nobody whom its link could be mailed to.
void require_addressee(const std::optional<Token>& token) {
  if (token && !is_deliverable(token->email))
    throw bad_value("send_mail", "The token has no address that mail can be sent to.");
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

Answer extend_token(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::manage);
  JsonBody body{request.body};
  const Extension extension = take_extension(body);
  body.require_nothing_else();
  const Token token = extend(id_of(request), extension, issue_means(services));
  return {.reply = json_reply(200, represent(token, services.tokens.now()).dump())};
}

Answer regenerate_token(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::manage);
  JsonBody body{request.body.empty() ? "{}" : request.body};
  const Extension extension = take_extension(body);
  const bool mailed = body.take_flag("send_mail").value_or(false);
  body.require_nothing_else();
  const Seal* seal = mailed ? &require_mail(services) : nullptr;
  const TokenId id = id_of(request);
  if (mailed) require_addressee(services.tokens.find(id));
  const Issued issued = regenerate(id, Secret::make(services.random), extension, issue_means(services), services.old_secrets);
  mail_link(services, issued, MailKind::renewal, seal);
  return {.reply = json_reply(200, represent(issued, services.site).dump())};
}

Answer revoke_token(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::manage);
  const auto token = Enforcement{services.tokens, services.pause}.revoke(id_of(request));
  if (!token) throw Error{Errc::invalid_token, "no token has this id"};
  return {.reply = json_reply(200, represent(*token, services.tokens.now()).dump())};
}

Answer restore_token(const Services& services, const Request& request, Subject&) {
  require_scope(services, request.bearer, Scope::manage);
  const Token token = restore(id_of(request), issue_means(services));
  return {.reply = json_reply(200, represent(token, services.tokens.now()).dump())};
}

}  // namespace claimcheck::fcgi
