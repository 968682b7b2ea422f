#include "cron/send.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "cron/answer.h"

namespace claimcheck::cron {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr seconds first_delay = minutes{5}, longest_delay = hours{4};
constexpr seconds longest_delay_unreachable = minutes{10};  // less than from one run to the next
constexpr seconds given_up_after = hours{48};
constexpr std::int64_t fewest_tries = 10;  // since a mail may have waited for its first one, behind many others
constexpr int most_in_a_row = 3;

/// Each time twice as long.
seconds delay(std::int64_t tries, seconds most) {
  constexpr std::int64_t most_doublings = 10;
  return std::min(first_delay * (std::int64_t{1} << std::clamp(tries - 1, std::int64_t{0}, most_doublings)), most);
}

class Sending {
 public:
  Sending(Outbox& outbox, Composer& composer, Transport& transport, const Run& run)
      : outbox_(outbox), composer_(composer), transport_(transport), run_(run) {}

  /// @return whether the transport had to do with it
  bool send(Mail mail) {
    Composed composed;
    try {
      composed = composer_.compose(mail);
    } catch (const Error& error) {
      if (error.code() == Errc::unavailable) {
        postpone(std::move(mail), error.what(), longest_delay);
      } else {
        fail(std::move(mail), error.what());
        ++report.failed;
      }
      return false;
    }
    if (!composed.obsolete.empty()) {
      mail.content.clear();
      fail(std::move(mail), composed.obsolete);
      ++report.obsolete;
      return false;
    }
    const Dispatch dispatch = transport_.send(composed.sender, mail.recipient, composed.message);
    note(std::move(mail), dispatch, std::move(composed.kept));
    return true;
  }

  bool is_hopeless() const { return in_a_row_ >= most_in_a_row; }

  SendReport report;

 private:
  void note(Mail mail, const Dispatch& dispatch, std::string kept) {
    const bool unreachable = dispatch.outcome == Dispatch::Outcome::unreachable;
    in_a_row_ = unreachable ? in_a_row_ + 1 : 0;
    report.fault = unreachable ? dispatch.answer : "";
    switch (dispatch.outcome) {
      case Dispatch::Outcome::accepted:
        mail.sent_at = run_.now;
        mail.next_at.reset();
        mail.answer = dispatch.answer;
        mail.content = std::move(kept);
        outbox_.replace(mail);
        ++report.sent;
        return;
      case Dispatch::Outcome::try_later:
        return postpone(std::move(mail), dispatch.answer, longest_delay);
      case Dispatch::Outcome::refused:
        fail(std::move(mail), dispatch.answer);
        ++report.failed;
        return;
      case Dispatch::Outcome::unreachable:
        return postpone(std::move(mail), dispatch.answer, longest_delay_unreachable);
    }
  }

  void postpone(Mail mail, const std::string& answer, seconds most) {
    if (run_.now - mail.created_at >= given_up_after && mail.tries >= fewest_tries) {
      fail(std::move(mail), answer);
      ++report.failed;
      return;
    }
    mail.next_at = run_.now + delay(mail.tries, most);
    mail.answer = printable(answer);
    outbox_.replace(mail);
    ++report.postponed;
  }

  void fail(Mail mail, const std::string& answer) {
    mail.failed_at = run_.now;
    mail.next_at.reset();
    mail.answer = printable(answer);
    outbox_.replace(mail);
  }

  Outbox& outbox_;
  Composer& composer_;
  Transport& transport_;
  const Run& run_;
  int in_a_row_ = 0;
};

}  // namespace

SendReport send(Outbox& outbox, Composer& composer, Transport& transport, const SendLimits& limits, const Run& run) {
  Sending sending{outbox, composer, transport, run};
  std::int64_t room = std::min(limits.per_run, limits.per_hour - outbox.sent_since(run.now - hours{1}));
  if (run.mode == Mode::dry_run) {
    sending.report.sent = room <= 0 ? 0 : std::ssize(outbox.due(run.now, static_cast<int>(room)));
    return sending.report;
  }
  const auto may_go_on = [&] { return room > 0 && !sending.is_hopeless() && !run.time_is_up(); };
  while (may_go_on()) {
    const std::vector<Mail> due = outbox.due(run.now, static_cast<int>(std::min<std::int64_t>(batch, room)));
    if (due.empty()) break;
    for (const Mail& mail : due) {
      if (!may_go_on()) break;
      auto claimed = outbox.claim(mail, run.now + mail_in_hand);
      if (!claimed) continue;  // somebody else was faster
      if (sending.send(std::move(*claimed))) --room;
    }
  }
  return sending.report;
}

}  // namespace claimcheck::cron
