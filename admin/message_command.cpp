#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "core/error.h"
#include "core/message.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

struct MessageOptions {
  MessageRequest request;
  std::string text_file;
};

std::string read_text(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw Error{Errc::bad_request, "the file " + path + " cannot be read"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string counted(std::size_t number, const char* one, const char* many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

void send_message(const Options& options, const MessageOptions& given) {
  Context context{options};
  const Seal seal = require_mail(context);
  MessageRequest request = given.request;
  if (!given.text_file.empty()) request.text = read_text(given.text_file);
  const IssueMeans issuing = issue_means(context);
  const QueuedMessage queued = queue_message(
      std::move(request),
      {.issuing = issuing, .outbox = context.outbox, .seal = seal, .attach_up_to = context.config.mail.attach_up_to});
  if (options.json) {
    fmt::print("{}\n", represent(queued).dump());
    return;
  }
  fmt::print("Queued for {}; {} attached, {} linked. It goes out with the next run of claimcheck-cron; message {}.\n",
             counted(queued.recipients.size(), "recipient", "recipients"), counted(queued.attached.size(), "file", "files"),
             counted(queued.linked.size(), "file", "files"), queued.id);
}

}  // namespace

void add_message_command(CLI::App& app, Options& options) {
  CLI::App* message = app.add_subcommand("message", "mails with files");
  message->require_subcommand(1);
  const auto given = std::make_shared<MessageOptions>();
  CLI::App* send = message->add_subcommand("send", "queue a mail; small files go along, each large one becomes a link");
  send->add_option("FILE", given->request.files, "paths beneath the storage's root");
  send->add_option("--to", given->request.recipients, "an address; several allowed, each gets a mail of its own")
      ->required()
      ->allow_extra_args(false);
  send->add_option("--subject", given->request.subject)->required();
  CLI::Option* text = send->add_option("--text", given->request.text, "what the mail says");
  send->add_option("--text-file", given->text_file, "a file that has it")->excludes(text);
  send->add_option("--storage", given->request.storage, "which storage, if there are several");
  send->add_option("--language", given->request.language, "of what is said about the files, such as de");
  send->callback([&options, given] { send_message(options, *given); });
}

}  // namespace claimcheck::admin
