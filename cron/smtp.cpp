#include <fmt/format.h>
#include <pthread.h>

#include <array>
#include <csignal>
#include <ctime>
#include <memory>

#include "core/base64.h"
#include "core/email_address.h"
#include "core/error.h"
#include "cron/answer.h"
#include "cron/smtp_session.h"
#include "cron/transport.h"

namespace claimcheck::cron {
namespace {

using Outcome = Dispatch::Outcome;

/// Keeps SIGPIPE from this thread while it lives, and takes one away that came meanwhile: OpenSSL writes to sockets without
/// MSG_NOSIGNAL.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    ::sigemptyset(&broken_pipe_);
    ::sigaddset(&broken_pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec at_once{};
    if (!was_pending_) ::sigtimedwait(&broken_pipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t broken_pipe_{}, before_{};
  bool was_pending_ = false;
};

Outcome outcome_of(const SmtpAnswer& answer) {
  constexpr int closing = 421, login_wanted = 530, login_failed = 535, encryption_wanted = 538;
  switch (answer.code()) {
    case closing:
    case login_wanted:
    case login_failed:
    case encryption_wanted:
      return Outcome::unreachable;
    default:
      break;
  }
  switch (answer.kind()) {
    case 2:
      return Outcome::accepted;
    case 4:
      return Outcome::try_later;
    case 5:
      return Outcome::refused;
    default:
      return Outcome::unreachable;
  }
}

class Smtp final : public Transport {
 public:
  explicit Smtp(const SmtpSettings& settings) : settings_(settings) {}
  ~Smtp() override {
    const NoBrokenPipe guard;
    end();
  }

  Dispatch send(const std::string& sender, const std::string& recipient, const std::string& message) override {
    if (!is_deliverable(sender)) return {Outcome::unreachable, "the sender is not an address that can be delivered to"};
    if (!is_deliverable(recipient)) return {Outcome::refused, "the recipient is not an address that can be delivered to"};
    const NoBrokenPipe guard;
    try {
      const SmtpAnswer answer = transfer(sender, recipient, message);
      const Outcome outcome = outcome_of(answer);
      if (outcome == Outcome::unreachable) session_.reset();
      if (outcome == Outcome::try_later || outcome == Outcome::refused) start_over();
      return {outcome, shown(answer.text())};
    } catch (const Error& error) {
      session_.reset();
      return {Outcome::unreachable, shown(error.what())};
    }
  }

 private:
  /// The answer that decides.
  SmtpAnswer transfer(const std::string& sender, const std::string& recipient, const std::string& message) {
    constexpr int send_it = 354;
    SmtpAnswer answer = begin(fmt::format("MAIL FROM:<{}>", sender));
    if (answer.kind() == 2) answer = session_->ask("RCPT", fmt::format("RCPT TO:<{}>", recipient));
    if (answer.kind() != 2) return answer;
    answer = session_->ask("DATA", "DATA");
    if (answer.code() == send_it) return session_->give(message);
    if (answer.kind() < 4) throw Error{Errc::unavailable, answer.text()};  // nothing that can be gone on from
    return answer;
  }

  /// In the session there is, or in a new one. That the old one has ended while it waited is no news.
  SmtpAnswer begin(const std::string& mail) {
    constexpr int most_mails = 100;
    if (mails_ == most_mails) end();
    if (session_) {
      const auto answer = session_->ask_if_alive("MAIL", mail, settings_.timeout);
      if (answer && outcome_of(*answer) != Outcome::unreachable) {
        ++mails_;
        return *answer;
      }
    }
    session_.reset();
    session_ = std::make_unique<SmtpSession>(settings_);
    mails_ = 1;
    return session_->ask("MAIL", mail);
  }

  /// Makes the session fit for the next mail, or ends it. The outcome of this one stands already.
  void start_over() {
    const auto answer = session_->ask_if_alive("RSET", "RSET", patience);
    if (!answer || answer->kind() != 2) session_.reset();
  }

  void end() {
    if (session_) session_->ask_if_alive("QUIT", "QUIT", patience);
    session_.reset();
    mails_ = 0;
  }

  /// As the operator may see it: a server may say to us what we said to it.
  std::string shown(std::string text) const {
    const std::string zero(1, '\0');
    const std::array secrets{base64(zero + settings_.user + zero + settings_.password), base64(settings_.password),
                             settings_.password};
    constexpr std::string_view mask = "***";
    for (const std::string& secret : secrets) {
      if (settings_.password.empty()) break;
      for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + mask.size()))
        text.replace(at, secret.size(), mask);
    }
    return printable(text);
  }

  static constexpr seconds patience{5};  ///< where no mail depends on the answer

  SmtpSettings settings_;
  std::unique_ptr<SmtpSession> session_;
  int mails_ = 0;  ///< begun in this session
};

}  // namespace

std::unique_ptr<Transport> open_smtp(const SmtpSettings& settings) {
  return std::make_unique<Smtp>(settings);
}

}  // namespace claimcheck::cron
