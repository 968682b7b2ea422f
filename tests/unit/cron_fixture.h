#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/mail_draft.h"
#include "cron/notices.h"
#include "cron/run.h"
#include "tests/fakes.h"

namespace claimcheck::test {

/// What the jobs of the cron work with, in memory.
class CronTest : public testing::Test {
 protected:
  static constexpr Time start = from_unix(1'800'000'000);

  /// A token of that number for a file of 1000 bytes; good for a day.
  static Token token_of(int number, const std::string& email = "ada@example.com") {
    return {.id = {fmt::format("01890000-0000-7000-8000-{:012}", number)},
            .digest = Digest::of(fmt::format("secret {}", number)),
            .storage = "uploads",
            .file = fmt::format("file{}.pdf", number),
            .filename = "report.pdf",
            .version = {.size = 1000, .mtime_ns = 7},
            .email = email,
            .rules = {.grace = seconds{0}},
            .created_at = start,
            .expires_at = start + seconds{86400},
            .max_uses = 2};
  }

  static Claim claim_of(const std::string& id, std::uint64_t charged, std::optional<Time> completed = std::nullopt) {
    return {.id = id,
            .opened = start,
            .file = {.size = 1000, .mtime_ns = 7},
            .charged = charged,
            .last_seen = start,
            .completed = completed};
  }

  static cron::Run at(Time now, cron::Mode mode = cron::Mode::real) { return {.now = now, .mode = mode}; }

  Token stored(const Token& token) { return tokens.find(token.id).value(); }

  /// Changes a token as somebody else would.
  void change(const TokenId& id, const std::function<void(Token&)>& changed) {
    Token token = tokens.find(id).value();
    changed(token);
    ASSERT_TRUE(tokens.replace(token));
  }

  /// A mail that went out.
  Mail sent(const MailDraft& draft, Time when) {
    Mail mail = make_mail(draft, seal, random, when);
    outbox.add({&mail, 1});
    Mail claimed = outbox.claim(mail, when).value();
    claimed.sent_at = when;
    claimed.next_at.reset();
    outbox.replace(claimed);
    return claimed;
  }

  /// The mails of a kind, the oldest first.
  std::vector<Mail> mails(MailKind kind) {
    std::vector<Mail> found = outbox.list(10'000);
    std::erase_if(found, [&](const Mail& mail) { return mail.kind != kind; });
    std::ranges::reverse(found);
    return found;
  }

  MailContent content(const Mail& mail) { return content_of(mail, seal); }

  Memory memory;
  MemoryTokenStore tokens{memory};
  MemoryDeliveryLog log{memory};
  MemoryOutbox outbox{memory};
  MemoryRemovals removals{memory};
  const Seal seal{std::string(32, 'k')};
  const Random random = secure_random();
  cron::Notices notices{outbox, outbox, seal, random, "help@example.com"};
};

/// A sweep in which something happens between two statements.
class EventfulSweep final : public TokenSweep {
 public:
  explicit EventfulSweep(TokenSweep& sweep) : sweep_(sweep) {}

  std::function<void()> before_clean = [] {};
  std::function<void(const std::string& file)> before_file_in_use = [](const std::string&) {};

  std::vector<TokenId> unsettled(Time now, const std::optional<TokenId>& after, int limit) override {
    return sweep_.unsettled(now, after, limit);
  }
  std::vector<Token> ended(Time now, const std::optional<TokenId>& after, int limit) override {
    return sweep_.ended(now, after, limit);
  }
  std::int64_t clean(std::span<const TokenId> ids, Time now) override {
    before_clean();
    return sweep_.clean(ids, now);
  }
  bool file_in_use(const std::string& storage, const std::string& file, Time ended_by) override {
    before_file_in_use(file);
    return sweep_.file_in_use(storage, file, ended_by);
  }
  std::int64_t forget(Time cleaned_before, int limit) override { return sweep_.forget(cleaned_before, limit); }

 private:
  TokenSweep& sweep_;
};

}  // namespace claimcheck::test
