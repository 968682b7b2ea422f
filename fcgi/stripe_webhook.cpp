#include "fcgi/stripe_webhook.h"

#include <nlohmann/json.hpp>

#include "core/check.h"
#include "core/email_address.h"
#include "core/enforcement.h"
#include "core/error.h"
#include "core/mail_draft.h"
#include "core/platform.h"
#include "core/representation.h"
#include "fcgi/error_table.h"
#include "fcgi/message_api.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

/// Withdraws all links for a payment; @return how many there are
int withdraw(const Services& services, const std::string& payment) {
  TokenQuery query{.fact = {{payment_fact, payment}}};
  int count = 0;
  for (;;) {
    const std::vector<Token> page = services.tokens.list(query);
    for (const Token& token : page) Enforcement{services.tokens, services.pause}.revoke(token.id);
    count += static_cast<int>(page.size());
    if (std::ssize(page) < query.limit) return count;
    query.after = page.back().id;
  }
}

IssueRequest request_for(const PaymentEvent& event, const StripeSettings& stripe, const PurchaseSettings& purchase) {
  IssueRequest wanted{.storage = stripe.storage,
                      .file = stripe.file,
                      .filename = {},
                      .email = event.email,
                      .max_uses = {},
                      .ttl = {},
                      .facts = {{payment_fact, event.payment}}};
  const auto product = purchase.products.find(event.platform);
  if (product == purchase.products.end()) return wanted;
  wanted.storage = product->second.storage;
  wanted.file = product->second.file;
  if (!product->second.filename.empty()) wanted.filename = product->second.filename;
  wanted.facts.emplace(platform_fact, event.platform);
  return wanted;
}

/// Makes and mails the link for a payment. Whoever does it, how often and how far, comes to the same token, secret and mail.
void deliver_link(const Services& services, const PaymentEvent& event, Subject& subject) {
  if (services.stripe.policy.empty()) return;
  if (!is_deliverable(event.email)) {
    services.log.write(Level::warning, "paid_without_address", {{"payment", event.payment}});
    return;
  }
  const Seal& seal = require_mail(services);
  const IssueRequest wanted = request_for(event, services.stripe, services.purchase);
  const auto& checks = services.policies.at(services.stripe.policy).rules.checks;
  const CheckSubject about{.token = {},
                           .storage = wanted.storage,
                           .file = wanted.file,
                           .filename = {},
                           .policy = services.stripe.policy,
                           .email = wanted.email,
                           .facts = wanted.facts};
  if (const auto refused = first_refusal(services.checks, checks, about)) {
    // Another product, too little, another's money: nothing that asking again would mend.
    services.log.write(Level::warning, "paid_otherwise", {{"payment", event.payment}, {"error", row_of(refused->code).name}});
    return;
  }
  const Repeatable repeatable{.caller = seal.derived("links for payments"), .name = event.payment, .body = {}};
  subject.token = services.old_secrets.find_old(repeated_secret(repeatable).digest());
  if (subject.token) return;  // its link was made, and regenerated since
  const Issued issued = issue_once(wanted, services.stripe.policy, issue_means(services), services.old_secrets, repeatable);
  subject.token = issued.token.id;
  // A refund that came in between has not seen this link.
  if (services.payments.find(event.payment) != PaymentState::paid) {
    Enforcement{services.tokens, services.pause}.revoke(issued.token.id);
    return;
  }
  services.outbox.add(std::vector{make_mail(link_draft(issued), seal, services.random, services.tokens.now())});
}

}  // namespace

Answer take_stripe_event(const Services& services, const Request& request, Subject& subject) {
  if (!services.read_payment_event) throw Error{Errc::invalid_token, "the configuration has no [stripe] webhook_secrets"};
  const Time now = services.tokens.now();
  if (const auto event = services.read_payment_event(request.stripe_signature, request.body, now)) {
    const PaymentState known = services.payments.note(event->payment, event->state, now);
    if (known != PaymentState::paid) {
      const int links = withdraw(services, event->payment);
      services.log.write(Level::info, "payment_taken_back", {{"payment", event->payment}, {"links", links}});
    } else {
      deliver_link(services, *event, subject);
    }
  }
  return {.reply = json_reply(200, Json{{"received", true}}.dump())};
}

}  // namespace claimcheck::fcgi
