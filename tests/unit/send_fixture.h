#pragma once

#include <deque>

#include "core/error.h"
#include "cron/send.h"
#include "tests/unit/cron_fixture.h"

namespace claimcheck::test {

/// A composer that says what it is told to of each mail, and else makes a message of its id.
class ToldComposer final : public cron::Composer {
 public:
  std::function<cron::Composed(const Mail&)> compose_ = [](const Mail& mail) {
    return cron::Composed{.sender = "shop@example.com", .message = "message " + mail.id, .obsolete = {}, .kept = {}};
  };

  cron::Composed compose(const Mail& mail) override { return compose_(mail); }
};

/// A transport that answers as it is told to, and accepts everything after that.
class ToldTransport final : public cron::Transport {
 public:
  std::deque<cron::Dispatch> answers;
  std::function<void()> during_send = [] {};
  std::vector<std::string> recipients, messages;

  cron::Dispatch send(const std::string&, const std::string& recipient, const std::string& message) override {
    recipients.push_back(recipient);
    messages.push_back(message);
    during_send();
    if (answers.empty()) return {cron::Dispatch::Outcome::accepted, "250 queued"};
    const cron::Dispatch answer = answers.front();
    answers.pop_front();
    return answer;
  }
};

class SendTest : public CronTest {
 protected:
  static constexpr cron::SendLimits plenty{.per_run = 1000, .per_hour = 1000};
  static constexpr cron::Dispatch::Outcome try_later = cron::Dispatch::Outcome::try_later,
                                           refused = cron::Dispatch::Outcome::refused,
                                           unreachable = cron::Dispatch::Outcome::unreachable;

  /// A mail that waits since a moment.
  Mail add(int number, Time created = start) {
    const Mail mail = make_mail({.about = token_of(number).id.text, .recipient = fmt::format("user{}@example.com", number)},
                                seal, random, created);
    outbox.add({&mail, 1});
    return mail;
  }

  Mail stored_mail(const Mail& mail) { return outbox.find(mail.id).value(); }

  cron::SendReport send(Time now = start, const cron::SendLimits& limits = plenty, cron::Mode mode = cron::Mode::real) {
    return cron::send(outbox, composer, transport, limits, at(now, mode));
  }

  ToldComposer composer;
  ToldTransport transport;
};

}  // namespace claimcheck::test
