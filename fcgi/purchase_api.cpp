#include "fcgi/purchase_api.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/ascii.h"
#include "core/email_address.h"
#include "core/error.h"
#include "core/file_path.h"
#include "core/payments.h"
#include "core/platform.h"
#include "core/quantity.h"
#include "core/representation.h"
#include "core/statistics.h"
#include "fcgi/api_key.h"
#include "fcgi/download.h"
#include "fcgi/hand_off.h"
#include "fcgi/json_body.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

void require_shop(const Services& services) {
  if (services.purchase.policy.empty()) throw Error{Errc::invalid_token, "the configuration has no [purchase] policy"};
}

std::string take_email(JsonBody& body) {
  const std::string email = lower(trim(body.take_text("customer_email").value_or("")));
  if (!is_email(email)) throw bad_value("customer_email", "customer_email must be one address, such as ada@example.com.");
  return email;
}

std::string take_payment(JsonBody& body) {
  constexpr std::size_t longest = 255;
  const std::string payment = body.take_text("payment_intent_id").value_or("");
  if (payment.empty() || payment.size() > longest || has_control_octet(payment))
    throw bad_value("payment_intent_id", "payment_intent_id must say what was paid.");
  return payment;
}

/// A browser's own words about itself, as far as a fact holds them.
std::string as_fact(std::string text) {
  constexpr std::size_t longest = 255;
  std::ranges::replace_if(
      text, [](char c) { return has_control_octet({&c, 1}) || (static_cast<unsigned char>(c) & 0x80U) != 0; }, '?');
  return text.substr(0, longest);
}

/// A platform for which something is sold, and what that is.
std::pair<std::string, const ProductSettings*> take_product(JsonBody& body, const PurchaseSettings& purchase) {
  const std::string platform = platform_of(body.take_text("platform").value_or("")).value_or("");
  const auto product = purchase.products.find(platform);
  if (product == purchase.products.end())
    throw bad_value("platform",
                    "There is no file for this platform; known are macOS, Windows and Linux, as far as they are sold here.");
  return {platform, &product->second};
}

IssueRequest request_for(const ProductSettings& product, std::string email, std::map<std::string, std::string> facts,
                         const std::string& address) {
  return {.storage = product.storage,
          .file = product.file,
          .filename = product.filename.empty() ? std::nullopt : std::optional{product.filename},
          .email = std::move(email),
          .max_uses = {},
          .ttl = {},
          .facts = std::move(facts),
          .address = address};
}

/// "45MB": as short as shops show it.
std::string short_size(std::uint64_t bytes) {
  constexpr std::uint64_t kilo = 1024;
  const char* const units[] = {"B", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  std::uint64_t divisor = 1;
  while (unit + 1 < std::size(units) && bytes >= divisor * kilo) {
    divisor *= kilo;
    ++unit;
  }
  return std::to_string((bytes + divisor / 2) / divisor) + units[unit];
}

/// Where the file is.
Reply product_reply(const Token& token, const DirectUrl& where, std::uint64_t size) {
  return json_reply(200, Json{{"download_url", where.url},
                              {"filename", token.filename},
                              {"expires_at", format_rfc3339(where.expires_at)},
                              {"file_size", short_size(size)}}
                             .dump());
}

std::int64_t hours_left(const Token& token, Time now) {
  constexpr seconds hour{3600};
  return std::max<std::int64_t>(0, (token.expires_at - now + hour - seconds{1}) / hour);
}

}  // namespace

Answer generate_token(const Services& services, const Request& request, Subject& subject) {
  require_shop(services);
  const bool keyed = !request.bearer.empty();
  if (keyed || !services.purchase.browsers) require_scope(services, request.bearer, Scope::issue);
  JsonBody body{request.body};
  const std::string email = take_email(body), payment = take_payment(body);
  const auto [platform, product] = take_product(body, services.purchase);
  const std::string user_agent = as_fact(body.take_text("user_agent").value_or(""));
  body.require_nothing_else();
  std::map<std::string, std::string> facts{{payment_fact, payment}, {platform_fact, platform}};
  if (!product->version.empty()) facts.emplace("version", product->version);
  if (!user_agent.empty()) facts.emplace("user_agent", user_agent);
  // One link for a payment and a platform, however often the page behind the payment is loaded.
  const Repeatable repeatable{.caller = services.sale_secret.empty() ? request.bearer : services.sale_secret,
                              .name = payment + "\n" + platform + "\n" + email,
                              .body = {}};
  subject.token = services.old_secrets.find_old(repeated_secret(repeatable).digest());
  if (subject.token) throw Error{Errc::token_revoked, "the link was regenerated"};
  const Issued issued = issue_once(request_for(*product, email, std::move(facts), keyed ? "" : request.client),
                                   services.purchase.policy, issue_means(services), services.old_secrets, repeatable);
  subject.token = issued.token.id;
  return {.reply = json_reply(200, Json{{"download_token", issued.secret.reveal()},
                                        {"expires_at", format_rfc3339(issued.token.expires_at)},
                                        {"valid_for_hours", hours_left(issued.token, services.tokens.now())},
                                        {"max_downloads", issued.token.max_uses}}
                                       .dump())};
}

Answer fetch_product(const Services& services, const Request& request, Subject& subject) {
  require_shop(services);
  JsonBody body{request.body};
  const std::string presented = body.take_text("download_token").value_or("");
  const std::string email = take_email(body);
  body.require_nothing_else();
  if (presented.empty()) throw Error{Errc::missing_token, {}, {{"field", "download_token"}}};
  // Whose it is comes first: a wrong address is to learn nothing of the token, not even that it has ended.
  const auto secret = Secret::parse(presented);
  const auto known = secret && secret->checks_out() ? services.tokens.find(secret->digest()) : std::nullopt;
  if (!known || known->email != email) throw Error{Errc::invalid_token, "wrong token or wrong address"};
  const auto platform = known->facts.find(platform_fact);
  if (platform == known->facts.end() || platform->second != request.path.front())
    throw bad_value("download_token", "This token is for another platform.");
  const auto [token, file] = usable(services, request, presented, subject);
  const FileVersion version = file->version();
  if (version.size > 0 && may_redirect(token, services.places.at(token.storage))) {
    DirectDownload direct = hand_out(services, request, token, version);
    return {.reply = product_reply(token, direct.url, version.size), .delivery = std::move(direct.delivery)};
  }
  const std::string address = open_claim_address(services, request, presented, token, version);
  return {.reply = product_reply(token, {.url = address, .expires_at = token.expires_at}, version.size), .delivery = {}};
}

Answer show_sales(const Services& services, const Request& request, Subject&) {
  require_shop(services);
  require_scope(services, request.bearer, Scope::read);
  const Time now = services.tokens.now();
  const Summary summary = summarise(services.statistics, all_time(now), now);
  Json platforms = Json::object();
  for (const auto& [platform, counts] : summary.platforms)
    if (!platform.empty()) platforms[platform] = counts.of(DownloadEvent::started);
  return {.reply = json_reply(200, Json{{"total_downloads", summary.totals.of(DownloadEvent::started)},
                                        {"downloads_today", summary.today},
                                        {"unique_customers", summary.customers},
                                        {"platform_breakdown", std::move(platforms)}}
                                       .dump())};
}

}  // namespace claimcheck::fcgi
