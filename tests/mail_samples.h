#pragma once

#include <string>
#include <vector>

#include "cron/rendering.h"

namespace claimcheck::test {

/// A mail of some kind as it may come.
struct MailSample {
  std::string name;  ///< fit for a file
  MailKind kind;
  MailContent content;
};

/// Every kind in its variants; in the language that correspondence has.
inline std::vector<MailSample> mail_samples() {
  const std::string secret = "q3ZrT8vYb1LkX5nWcJ7mPd2HsG9fQa4UeR6tVi0OyBxNwMlKzCjDhEgFuApSo1Iq";
  const Time issued = from_unix(1'795'257'000);  // 2026-11-21 10:30 UTC
  const MailedLink link{.token = "019a9f3e-6b00-7c41-9d2e-5a7b8c9d0e1f",
                        .filename = "Smart Image Pack - Autumn 2026.zip",
                        .size = 1'610'612'736,
                        .secret = secret,
                        .expires_at = issued + seconds{24 * 3600},
                        .max_uses = 1};
  MailedLink thrice = link;
  thrice.max_uses = 3;
  MailedLink told = thrice;
  told.uses = 1;
  told.secret.clear();
  MailedLink begun = link;
  begun.uses = 1;
  MailedLink unlimited = link;
  unlimited.max_uses = 0;
  MailedLink of_message = link;
  of_message.expires_at = issued + seconds{72 * 3600};
  MailedLink second = of_message;
  second.filename = "Grundriss_und_Ansichten_Wohnhaus_Musterstraße_17_Entwurfsplanung_Stand_2026-11-20_final.pdf";
  second.size = 12'582'912;
  const MailContent message{
      .links = {of_message, second},
      .subject = "The plans for Tuesday",
      .text =
          "Dear Ms Lovelace,\n\nhere are the drawings that we talked about, and the short version of the report.\n"
          "Please look at sheet 4 first.\n\nKind regards\nCharles",
      .attachments = {{.filename = "Summary.pdf", .version = {.size = 183'500}},
                      {.filename = "مخطط.pdf", .version = {.size = 40'960}}}};
  return {
      {"link", MailKind::link, {.links = {link}}},
      {"link-unlimited", MailKind::link, {.links = {unlimited}}},
      {"warning", MailKind::warning, {.links = {thrice}}},
      {"warning-told", MailKind::warning, {.links = {told}, .told_at = issued}},
      {"warning-begun", MailKind::warning, {.links = {begun}}},
      {"receipt", MailKind::receipt, {.links = {begun}, .at = issued + seconds{600}}},
      {"receipt-operator", MailKind::receipt, {.links = {told}, .customer = "ada@example.com", .at = issued + seconds{600}}},
      {"failure",
       MailKind::failure,
       {.links = {told}, .customer = "ada@example.com", .error = "file_changed", .at = issued + seconds{600}}},
      {"failure-unknown", MailKind::failure, {.links = {told}, .error = "incomplete", .at = issued + seconds{600}}},
      {"renewal", MailKind::renewal, {.links = {thrice}}},
      {"message", MailKind::message, message},
      {"message-short", MailKind::message, {.subject = "Hello", .text = "Just a line."}},
  };
}

/// When they are written.
inline constexpr Time mail_samples_written = from_unix(1'795'257'000);

}  // namespace claimcheck::test
