#include "core/privacy.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/email_address.h"
#include "core/error.h"
#include "core/network.h"
#include "core/quantity.h"
#include "core/representation.h"

namespace claimcheck {
namespace {

using Details = std::vector<std::pair<std::string, std::string>>;

PersonalItem item_of(const Token& token, Time now) {
  const std::string most = token.max_uses == 0 ? "any number" : fmt::format("{}", token.max_uses);
  Details details{{"File", token.filename},
                  {"Size", format_size(token.version.size)},
                  {"Issued to", token.email},
                  {"Policy", token.policy},
                  {"Issued", format_rfc3339(token.created_at)},
                  {"Expires", format_rfc3339(token.expires_at)},
                  {"Downloads", fmt::format("{} of {}", token.uses, most)},
                  {"State", to_string(state_of(token, now))}};
  for (const Claim& claim : token.claims)
    details.emplace_back("Download begun", fmt::format("{} {}", format_rfc3339(claim.opened), claim.network));
  for (const auto& [name, value] : token.facts) details.emplace_back(name, value);
  return {.group = "claimcheck-links", .label = "Download links", .id = token.id.text, .details = std::move(details)};
}

PersonalItem item_of(const DeliveryRecord& record) {
  return {.group = "claimcheck-downloads",
          .label = "Downloads",
          .id = record.id,
          .details = {{"Link", record.token.text},
                      {"Began", format_rfc3339(record.started)},
                      {"Ended", format_rfc3339(record.ended)},
                      {"Outcome", to_string(record.outcome)},
                      {"Bytes sent", fmt::format("{}", record.sent)},
                      {"Network", record.network}}};
}

PersonalItem item_of(const RefusalRecord& record) {
  return {.group = "claimcheck-refusals",
          .label = "Refused downloads",
          .id = fmt::format("{}-{}-{}-{}", record.token.text, record.error, to_unix(record.first), record.network),
          .details = {{"Link", record.token.text},
                      {"Reason", record.error},
                      {"First", format_rfc3339(record.first)},
                      {"Last", format_rfc3339(record.last)},
                      {"Times", fmt::format("{}", record.times)},
                      {"Network", record.network}}};
}

PersonalItem item_of(const Mail& mail) {
  Details details{
      {"To", mail.recipient}, {"Kind", std::string{to_string(mail.kind)}}, {"Written", format_rfc3339(mail.created_at)}};
  if (mail.sent_at)
    details.emplace_back("Sent", format_rfc3339(*mail.sent_at));
  else if (mail.failed_at)
    details.emplace_back("Given up", format_rfc3339(*mail.failed_at));
  else
    details.emplace_back("State", "waiting");
  return {.group = "claimcheck-mails", .label = "Mails about downloads", .id = mail.id, .details = std::move(details)};
}

/// Fills a page from kinds of records that follow each other.
class Page {
 public:
  explicit Page(std::int64_t number) : before_((number - 1) * personal_items_a_page) {}

  /// @param count  how many records of this kind there are
  /// @param read   called with the Part that belongs to this page
  template <class Read, class Item>
  void add(std::int64_t count, const Read& read, const Item& item) {
    const std::int64_t skipped = std::min(before_, count);
    before_ -= skipped;
    const std::int64_t room = personal_items_a_page - std::ssize(items);
    const std::int64_t wanted = std::min(room, count - skipped);
    rest_ += count - skipped - wanted;
    if (wanted == 0) return;
    for (const auto& record : read(Part{.first = skipped, .limit = static_cast<int>(wanted)})) items.push_back(item(record));
  }

  bool is_last() const { return rest_ == 0; }

  std::vector<PersonalItem> items;

 private:
  std::int64_t before_;  ///< records on the pages before that are still to be passed over
  std::int64_t rest_ = 0;
};

/// Texts of a token that stay and have the address among others.
bool still_mentions(const Token& token, const std::string& address) {
  const auto mentions = [&](const std::string& text) {
    return !is_address(text, address) && lower(text).find(address) != std::string::npos;
  };
  return mentions(token.file) || mentions(token.filename) ||
         std::ranges::any_of(token.facts, [&](const auto& fact) { return mentions(fact.second); });
}

}  // namespace

std::string sought_address(std::string_view text) {
  const std::string_view address = trim(text);
  if (!is_email(address)) throw bad_value("email", "email must be one address, such as ada@example.com");
  return lower(address);
}

bool is_address(std::string_view text, std::string_view address) {
  const std::string_view trimmed = text.substr(0, text.find_last_not_of(' ') + 1);
  return std::ranges::equal(trimmed, address, {}, [](char c) { return lower(c); });
}

bool is_of_person(const Token& token, std::string_view address) {
  return is_address(token.email, address) ||
         std::ranges::any_of(token.facts, [&](const auto& fact) { return is_address(fact.second, address); });
}

std::optional<Token> without_person(const Token& token, const std::string& address) {
  Token next = token;
  if (is_address(token.email, address)) next.email.clear();
  std::erase_if(next.facts, [&](const auto& fact) { return is_address(fact.second, address); });
  for (Claim& claim : next.claims) {
    claim.network = forgotten(claim.network);
    for (ActiveDelivery& delivery : claim.active) delivery.network = forgotten(delivery.network);
  }
  if (next == token) return std::nullopt;
  return next;
}

Exported export_person(PersonalRecords& records, const std::string& address, std::int64_t page, Time now) {
  constexpr std::int64_t last_page = 1'000'000;
  if (page < 1 || page > last_page) throw bad_value("page", "page must be a whole number from 1 to 1000000");
  const PersonalRecords::Counts counts = records.count(address);
  Page items{page};
  const auto told = [](const auto& record) { return item_of(record); };
  items.add(
      counts.tokens, [&](Part part) { return records.tokens(address, part); },
      [&](const Token& token) { return item_of(token, now); });
  items.add(counts.deliveries, [&](Part part) { return records.deliveries(address, part); }, told);
  items.add(counts.refusals, [&](Part part) { return records.refusals(address, part); }, told);
  items.add(counts.mails, [&](Part part) { return records.mails(address, part); }, told);
  return {.items = std::move(items.items), .done = items.is_last()};
}

Erased erase_person(PersonalRecords& records, Erasure& erasure, TokenStore& tokens, const Pause& pause,
                    const std::string& address) {
  const std::vector<Token> theirs = records.tokens(address, {.limit = personal_items_a_page});
  Erased erased{.links = std::ssize(theirs), .done = std::ssize(theirs) < personal_items_a_page};
  Enforcement enforcement{tokens, pause};
  for (const Token& token : theirs) {
    // By what a token is found goes last: should this be the end of us, it is found again.
    erasure.anonymise_log(token.id);
    if (is_address(token.email, address)) erasure.erase_mails_about(token.id, tokens.now());
    enforcement.forget(token.id, address);
    erasure.drop_facts(token.id, address);
    if (still_mentions(token, address))
      erased.messages.push_back(
          fmt::format("The link {} still has the address within its file's name or a fact; it is kept.", token.id.text));
  }
  erased.mails = erasure.erase_mails_to(address, tokens.now());
  if (erased.done) erasure.finish();
  return erased;
}

}  // namespace claimcheck
