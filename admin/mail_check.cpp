#include "admin/mail_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/mail_key.h"
#include "core/error.h"
#include "core/quantity.h"

namespace claimcheck::admin {
namespace {

using htaccess::Finding;
using htaccess::Findings;
using htaccess::found;
using htaccess::State;

/// Longer than hourly limits hold up a few mails.
constexpr seconds longest_wait{3L * 3600};
constexpr seconds a_day{24L * 3600};

bool wants_mail(const Policies& policies) {
  return std::ranges::any_of(policies, [](const auto& named) {
    const Rules& rules = named.second.rules;
    return rules.warn_before > seconds{0} || rules.notify != Notify::nobody;
  });
}

}  // namespace

Findings check_mail(const config::Config& config, MailLog& mails, Time now) {
  const std::string subject = config.mail.from.empty() ? "[mail]" : config.mail.from;
  if (config.mail.transport == MailSettings::Transport::off) {
    if (!wants_mail(config.policies)) return {};
    return {found("mail", subject, State::warning, "a policy asks for warnings or receipts, but [mail] transport is \"off\"")};
  }
  try {
    config::mail_key(config, config::IfMissing::refuse);
  } catch (const Error& error) {
    return {found("mail", subject, State::fault, error.what())};
  }
  const MailLog::Backlog backlog = mails.backlog(now - a_day);
  if (backlog.oldest && now - *backlog.oldest > longest_wait)
    return {found("mail", subject, State::fault,
                  fmt::format("{} mails wait, the first for {}", backlog.waiting, format_duration(now - *backlog.oldest)))};
  if (backlog.failed > 0)
    return {found("mail", subject, State::warning, fmt::format("{} mails failed within a day", backlog.failed))};
  return {found("mail", subject, State::ok, fmt::format("{} mails wait, none has failed within a day", backlog.waiting))};
}

}  // namespace claimcheck::admin
