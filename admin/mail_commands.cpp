#include <fmt/format.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/table.h"
#include "core/error.h"
#include "core/representation.h"
#include "cron/answer.h"
#include "cron/compose.h"

namespace claimcheck::admin {
namespace {

void list_mails(const Options& options, int limit) {
  Context context{options};
  const std::vector<Mail> mails = context.outbox.list(limit);
  if (options.json) {
    Json shown = Json::array();
    for (const Mail& mail : mails) shown.push_back(represent(mail));
    fmt::print("{}\n", Json{{"mails", std::move(shown)}}.dump());
    return;
  }
  std::vector<std::vector<std::string>> rows{{"ID", "KIND", "TO", "STATE", "WHEN", "TRIES", "ANSWER"}};
  for (const Mail& mail : mails) {
    const Time when = mail.sent_at.value_or(mail.failed_at.value_or(mail.next_at.value_or(mail.created_at)));
    rows.push_back({mail.id, std::string{to_string(mail.kind)}, mail.recipient, state_of(mail), format_rfc3339(when),
                    fmt::format("{}", mail.tries), mail.answer});
  }
  fmt::print("{}", table(rows));
}

void give_up(Mail& mail, Time now, const std::string& answer) {
  mail.failed_at = now;
  mail.next_at.reset();
  mail.answer = cron::printable(answer);
}

/// Hands mails to another program, which has a quarter of an hour to say what became of them.
void take_mails(const Options& options, int limit) {
  Context context{options};
  const Seal seal = require_mail(context);
  const Time now = context.tokens.now();
  cron::MailComposer composer{{.tokens = context.tokens,
                               .deliveries = context.deliveries,
                               .mails = context.outbox,
                               .storages = context.storages,
                               .seal = seal,
                               .site = context.config.site,
                               .settings = context.config.mail,
                               .now = now}};
  Json taken = Json::array();
  for (const Mail& mail : context.outbox.due(now, limit)) {
    auto claimed = context.outbox.claim(mail, now + mail_in_hand);
    if (!claimed) continue;
    try {
      const cron::Composed composed = composer.compose(*claimed);
      if (composed.obsolete.empty()) {
        taken.push_back(
            {{"id", mail.id}, {"sender", composed.sender}, {"recipient", mail.recipient}, {"message", composed.message}});
        continue;
      }
      claimed->content.clear();
      give_up(*claimed, now, composed.obsolete);
    } catch (const Error& error) {
      if (error.code() == Errc::unavailable) continue;  // it is due again in a quarter of an hour
      give_up(*claimed, now, error.what());
    }
    context.outbox.replace(*claimed);
  }
  fmt::print("{}\n", Json{{"mails", std::move(taken)}}.dump());
}

/// Writes what has become of mails, or is to.
void change_mails(const Options& options, const std::vector<std::string>& ids, const std::function<void(Mail&, Time)>& change) {
  Context context{options};
  const Time now = context.tokens.now();
  for (const std::string& id : ids) {
    auto mail = context.outbox.find(id);
    if (!mail) throw Error{Errc::invalid_token, "there is no mail with the id " + id + "; `claimcheck mail list` shows them"};
    change(*mail, now);
    context.outbox.replace(*mail);
    if (options.json) fmt::print("{}\n", represent(*mail).dump());
  }
}

/// A link stays, sealed, for the warning that may come.
void note_sent(Mail& mail, Time now) {
  mail.sent_at = now;
  mail.next_at.reset();
  if (mail.kind != MailKind::link && mail.kind != MailKind::renewal) mail.content.clear();
}

void try_again(Mail& mail, Time now) {
  if (mail.content.empty()) throw Error{Errc::bad_request, "mail " + mail.id + " is over, and its content is forgotten"};
  mail.failed_at.reset();
  mail.sent_at.reset();
  mail.next_at = now;
}

}  // namespace

void add_mail_commands(CLI::App& app, Options& options) {
  CLI::App* mail = app.add_subcommand("mail", "look after mails that wait, and those that went out");
  mail->require_subcommand(1);
  const auto limit = std::make_shared<int>(50);
  CLI::App* list = mail->add_subcommand("list", "the newest mails, and what became of them");
  list->add_option("--limit", *limit, "how many")->check(CLI::Range(1, 10'000))->capture_default_str();
  list->callback([&options, limit] { list_mails(options, *limit); });
  CLI::App* take = mail->add_subcommand("take", "hand mails that are due to another program, as JSON (transport = \"none\")");
  take->add_option("--limit", *limit, "how many at most")->check(CLI::Range(1, 1'000))->capture_default_str();
  take->callback([&options, limit] { take_mails(options, *limit); });

  const auto ids = std::make_shared<std::vector<std::string>>();
  CLI::App* sent = mail->add_subcommand("sent", "mails that were taken have been sent");
  sent->add_option("ID", *ids)->required();
  sent->callback([&options, ids] { change_mails(options, *ids, note_sent); });
  const auto answer = std::make_shared<std::string>();
  CLI::App* failed = mail->add_subcommand("failed", "mails that were taken can never be sent");
  failed->add_option("ID", *ids)->required();
  failed->add_option("--answer", *answer, "what the mail server said");
  failed->callback(
      [&options, ids, answer] { change_mails(options, *ids, [&](Mail& each, Time now) { give_up(each, now, *answer); }); });
  CLI::App* retry = mail->add_subcommand("retry", "try mails again that failed");
  retry->add_option("ID", *ids)->required();
  retry->callback([&options, ids] { change_mails(options, *ids, try_again); });
}

}  // namespace claimcheck::admin
