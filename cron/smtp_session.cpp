#include "cron/smtp_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "core/ascii.h"
#include "core/base64.h"
#include "core/error.h"
#include "cron/line_breaks.h"

namespace claimcheck::cron {
namespace {

using Security = SmtpSettings::Security;

[[noreturn]] void fail(const std::string& what) {
  throw Error{Errc::unavailable, what};
}

/// Does something of a step; what fails is told with the step's name.
template <typename Work>
auto in_step(const std::string& step, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    fail(fmt::format("{}: {}", step, error.what()));
  }
}

void expect(int code, const SmtpAnswer& answer) {
  if (answer.code() != code) fail(answer.text());
}

/// The words behind `keyword`, in small letters, in the answer to EHLO; nothing if it has no such line.
std::optional<std::vector<std::string>> extension(const SmtpReply& offer, std::string_view keyword) {
  for (const std::string& line : offer.lines) {
    std::istringstream words{lower(line)};
    std::string first;
    if (!(words >> first) || first != keyword) continue;
    std::vector<std::string> rest;
    for (std::string word; words >> word;) rest.push_back(word);
    return rest;
  }
  return std::nullopt;
}

SmtpLine connected(const SmtpSettings& settings) {
  return in_step("connection", [&] {
    SmtpLine line{settings.host, settings.port, settings.timeout};
    if (settings.security == Security::tls) line.start_tls(settings.ca_file);
    return line;
  });
}

}  // namespace

std::string SmtpAnswer::text() const {
  return fmt::format("{}: {} {}", step, reply.code, fmt::join(reply.lines, " "));
}

SmtpSession::SmtpSession(const SmtpSettings& settings) : timeout_(settings.timeout), line_(connected(settings)) {
  constexpr int ready = 220;
  expect(ready, exchange("greeting", "", timeout_));
  SmtpReply offer = greet(settings.helo);
  if (settings.security == Security::starttls) {
    if (!extension(offer, "starttls")) fail("EHLO: the server does not offer STARTTLS");
    expect(ready, ask("STARTTLS", "STARTTLS"));
    in_step("STARTTLS", [&] { line_.start_tls(settings.ca_file); });
    offer = greet(settings.helo);
  }
  if (!settings.user.empty()) log_in(offer, settings);
}

SmtpAnswer SmtpSession::ask(const std::string& step, const std::string& command) {
  return exchange(step, command + "\r\n", timeout_);
}

SmtpAnswer SmtpSession::give(const std::string& message) {
  return exchange("message", smtp_data(message), timeout_);
}

std::optional<SmtpAnswer> SmtpSession::ask_if_alive(const std::string& step, const std::string& command, seconds limit) {
  try {
    return exchange(step, command + "\r\n", limit);
  } catch (const Error&) {
    return std::nullopt;
  }
}

SmtpAnswer SmtpSession::exchange(const std::string& step, std::string_view bytes, seconds limit) {
  return in_step(step, [&] {
    if (line_.has_unread()) fail("the server said something without being asked");
    line_.write(bytes);
    return SmtpAnswer{.step = step, .reply = line_.read(limit)};
  });
}

SmtpReply SmtpSession::greet(const std::string& helo) {
  constexpr int done = 250;
  const SmtpAnswer answer = ask("EHLO", "EHLO " + helo);
  expect(done, answer);
  return answer.reply;
}

void SmtpSession::log_in(const SmtpReply& offer, const SmtpSettings& settings) {
  constexpr int go_on = 334, done = 235;
  const std::vector<std::string> methods = extension(offer, "auth").value_or(std::vector<std::string>{});
  if (std::ranges::count(methods, "plain") > 0) {
    const std::string zero(1, '\0');
    expect(done, ask("AUTH", "AUTH PLAIN " + base64(zero + settings.user + zero + settings.password)));
  } else if (std::ranges::count(methods, "login") > 0) {
    expect(go_on, ask("AUTH", "AUTH LOGIN"));
    expect(go_on, ask("AUTH", base64(settings.user)));
    expect(done, ask("AUTH", base64(settings.password)));
  } else {
    fail("AUTH: the server offers neither PLAIN nor LOGIN");
  }
}

}  // namespace claimcheck::cron
