#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/network.h"
#include "core/privacy.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// PersonalRecords and Erasure over a Memory.
class MemoryPrivacy final : public PersonalRecords, public Erasure {
 public:
  explicit MemoryPrivacy(Memory& memory) : memory_(memory) {}

  Counts count(const std::string& address) override {
    const Part all{.limit = 1'000'000};
    return {.tokens = std::ssize(tokens(address, all)),
            .deliveries = std::ssize(deliveries(address, all)),
            .refusals = std::ssize(refusals(address, all)),
            .mails = std::ssize(mails(address, all))};
  }

  std::vector<Token> tokens(const std::string& address, Part part) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<Token> found;
    for (const auto& [id, token] : memory_.tokens_)
      if (is_of_person(token, address)) found.push_back(token);
    return cut(std::move(found), part);
  }

  std::vector<DeliveryRecord> deliveries(const std::string& address, Part part) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<DeliveryRecord> found;
    for (const auto& [id, record] : memory_.deliveries_)
      if (is_theirs(record.token, address)) found.push_back(record);
    return cut(std::move(found), part);
  }

  std::vector<RefusalRecord> refusals(const std::string& address, Part part) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<RefusalRecord> found;
    for (const RefusalRecord& record : memory_.refusals_)
      if (is_theirs(record.token, address)) found.push_back(record);
    const auto hour = [](const RefusalRecord& record) { return std::chrono::floor<std::chrono::hours>(record.first); };
    std::ranges::sort(found, [&](const RefusalRecord& a, const RefusalRecord& b) {
      return std::tuple{a.token, hour(a), a.error, a.network} < std::tuple{b.token, hour(b), b.error, b.network};
    });
    return cut(std::move(found), part);
  }

  std::vector<Mail> mails(const std::string& address, Part part) override {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<Mail> found;
    for (const auto& [id, mail] : memory_.mails_)
      if (is_address(mail.recipient, address)) found.push_back(mail);
    return cut(std::move(found), part);
  }

  void anonymise_log(const TokenId& token) override {
    const std::lock_guard guard{memory_.mutex_};
    for (auto& [id, record] : memory_.deliveries_)
      if (record.token == token) record.network = forgotten(record.network);
    std::vector<RefusalRecord> tallies;
    for (RefusalRecord record : memory_.refusals_) {
      if (record.token == token) record.network = forgotten(record.network);
      const auto same = std::ranges::find_if(tallies, [&](const RefusalRecord& each) { return told_together(each, record); });
      if (same == tallies.end())
        tallies.push_back(record);
      else
        add(*same, record);
    }
    memory_.refusals_ = std::move(tallies);
  }

  void drop_facts(const TokenId&, const std::string&) override {}  // tokens are found by their own facts

  void erase_mails_about(const TokenId& token, Time now) override {
    const std::lock_guard guard{memory_.mutex_};
    for (auto& [id, mail] : memory_.mails_)
      if (mail.about == token.text) empty(mail, now);
  }

  std::int64_t erase_mails_to(const std::string& address, Time now) override {
    const std::lock_guard guard{memory_.mutex_};
    std::int64_t erased = 0;
    for (auto& [id, mail] : memory_.mails_) {
      if (!is_address(mail.recipient, address)) continue;
      empty(mail, now);
      mail.recipient.clear();
      if (mail.answer != "erased") mail.answer.clear();
      ++erased;
    }
    return erased;
  }

  void finish() override {}

 private:
  template <class Record>
  static std::vector<Record> cut(std::vector<Record> records, Part part) {
    const std::int64_t first = std::min(part.first, std::ssize(records));
    const std::int64_t count = std::min<std::int64_t>(part.limit, std::ssize(records) - first);
    return {records.begin() + first, records.begin() + first + count};
  }

  static void empty(Mail& mail, Time now) {
    mail.content.clear();
    if (!mail.next_at) return;
    mail.next_at.reset();
    mail.failed_at = now;
    mail.answer = "erased";
    ++mail.tries;
  }

  bool is_theirs(const TokenId& token, const std::string& address) {
    const auto found = memory_.tokens_.find(token);
    return found != memory_.tokens_.end() && is_of_person(found->second, address);
  }

  Memory& memory_;
};

}  // namespace claimcheck::test
