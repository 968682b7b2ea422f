#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/outbox.h"
#include "tests/fake_memory.h"

namespace claimcheck::test {

/// Outbox and MailLog over a Memory.
class MemoryOutbox final : public Outbox, public MailLog {
 public:
  explicit MemoryOutbox(Memory& memory) : memory_(memory) {}

  std::int64_t add(std::span<const Mail> mails) override {
    const std::lock_guard guard{memory_.mutex_};
    std::int64_t added = 0;
    for (const Mail& mail : mails) {
      const auto same = [&](const auto& entry) {
        const Mail& each = entry.second;
        return std::tie(each.about, each.kind, each.occasion) == std::tie(mail.about, mail.kind, mail.occasion);
      };
      if (std::any_of(memory_.mails_.begin(), memory_.mails_.end(), same)) continue;
      added += memory_.mails_.emplace(mail.id, mail).second ? 1 : 0;
    }
    return added;
  }

  std::vector<Mail> due(Time now, int limit) override {
    auto mails = all([&](const Mail& mail) { return mail.next_at && *mail.next_at <= now; });
    std::sort(mails.begin(), mails.end(),
              [](const Mail& a, const Mail& b) { return std::tie(a.next_at, a.id) < std::tie(b.next_at, b.id); });
    return first_of(std::move(mails), limit);
  }

  std::optional<Mail> claim(const Mail& mail, Time until) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto kept = memory_.mails_.find(mail.id);
    if (kept == memory_.mails_.end() || kept->second.next_at != mail.next_at || kept->second.tries != mail.tries)
      return std::nullopt;
    kept->second.next_at = until;
    ++kept->second.tries;
    return kept->second;
  }

  void replace(const Mail& mail) override {
    const std::lock_guard guard{memory_.mutex_};
    const auto kept = memory_.mails_.find(mail.id);
    if (kept != memory_.mails_.end() && kept->second.tries == mail.tries) kept->second = mail;
  }

  std::int64_t sent_since(Time since) override {
    return std::ssize(all([&](const Mail& mail) { return mail.sent_at && *mail.sent_at >= since; }));
  }

  std::optional<Mail> find(const std::string& about, MailKind kind) override {
    const auto found = all([&](const Mail& mail) { return mail.about == about && mail.kind == kind; });
    return found.empty() ? std::nullopt : std::optional{found.back()};
  }

  std::optional<Mail> find(const std::string& id) override {
    const auto found = all([&](const Mail& mail) { return mail.id == id; });
    return found.empty() ? std::nullopt : std::optional{found.back()};
  }

  std::vector<Mail> list(int limit) override {
    auto mails = all([](const Mail&) { return true; });
    std::reverse(mails.begin(), mails.end());
    return first_of(std::move(mails), limit);
  }

  Backlog backlog(Time failed_since) override {
    Backlog backlog;
    for (const Mail& mail : all([](const Mail&) { return true; })) {
      backlog.waiting += mail.next_at ? 1 : 0;
      if (mail.next_at) backlog.oldest = std::min(backlog.oldest.value_or(mail.created_at), mail.created_at);
      backlog.failed += mail.failed_at && *mail.failed_at >= failed_since ? 1 : 0;
    }
    return backlog;
  }

  void empty(std::span<const std::string> about) override {
    const std::lock_guard guard{memory_.mutex_};
    for (auto& [id, mail] : memory_.mails_)
      if (!mail.next_at && std::find(about.begin(), about.end(), mail.about) != about.end()) mail.content.clear();
  }

  std::int64_t forget(Time over_before, int limit) override {
    const auto before = [&](const std::optional<Time>& at) { return at && *at < over_before; };
    const auto old = first_of(all([&](const Mail& mail) { return before(mail.sent_at) || before(mail.failed_at); }), limit);
    const std::lock_guard guard{memory_.mutex_};
    for (const Mail& mail : old) memory_.mails_.erase(mail.id);
    return std::ssize(old);
  }

 private:
  static std::vector<Mail> first_of(std::vector<Mail> mails, int limit) {
    mails.erase(mails.begin() + std::min(std::ptrdiff_t{limit}, std::ssize(mails)), mails.end());
    return mails;
  }

  /// In the order of their ids.
  template <class Condition>
  std::vector<Mail> all(const Condition& condition) {
    const std::lock_guard guard{memory_.mutex_};
    std::vector<Mail> mails;
    for (const auto& [id, mail] : memory_.mails_)
      if (condition(mail)) mails.push_back(mail);
    return mails;
  }

  Memory& memory_;
};

}  // namespace claimcheck::test
