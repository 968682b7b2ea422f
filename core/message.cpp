#include "core/message.h"

#include <algorithm>
#include <utility>

#include "core/ascii.h"
#include "core/email_address.h"
#include "core/error.h"
#include "core/file_path.h"
#include "core/issue.h"
#include "core/mail_draft.h"

namespace claimcheck {
namespace {

constexpr std::size_t most_recipients = 100;
constexpr std::size_t most_files = 10;
constexpr std::size_t longest_subject = 5000;
constexpr std::size_t longest_text = 60'000;
constexpr std::size_t longest_language = 64;
constexpr std::chrono::hours link_lifetime{72};

bool is_text(const std::string& text, std::size_t longest) {
  return text.size() <= longest && is_utf8(text);
}

/// Leaves the first of several that are the same.
void remove_repeated(std::vector<std::string>& texts) {
  for (auto each = texts.begin(); each != texts.end(); ++each)
    texts.erase(std::remove(each + 1, texts.end(), *each), texts.end());
}

/// Also makes the addresses small and leaves out what is said twice: two that differ in nothing else are one person's.
void check(MessageRequest& request) {
  require(!request.recipients.empty() && request.recipients.size() <= most_recipients, "recipients",
          "recipients must be 1 to 100 addresses");
  require(std::ranges::all_of(request.recipients, is_deliverable), "recipients",
          "recipients must be addresses such as ada@example.com");
  require(!trim(request.subject).empty() && is_text(request.subject, longest_subject), "subject",
          "subject must be 1 to 5000 bytes of UTF-8");
  require(is_text(request.text, longest_text), "text", "text must be at most 60000 bytes of UTF-8");
  require(is_text(request.language, longest_language), "language", "language must be a name such as \"de\"");
  require(request.files.size() <= most_files, "files", "files must be at most 10");
  require(std::ranges::all_of(request.files, is_file_path), "files",
          "files must be relative paths beneath the storage, such as 2026/11/report.pdf");
  for (std::string& each : request.recipients) each = lower(each);
  remove_repeated(request.recipients);
  remove_repeated(request.files);
}

/// The files of a message, as they are now.
struct Files {
  std::vector<MailedFile> attached;
  std::vector<std::string> linked;
};

Files look_at(MessageRequest& request, const MessageMeans& means) {
  Files files;
  if (request.files.empty()) return files;
  if (request.storage.empty() && means.issuing.storages.size() == 1) request.storage = means.issuing.storages.begin()->first;
  const auto storage = means.issuing.storages.find(request.storage);
  require(storage != means.issuing.storages.end(), "storage", "storage must name one of the storages in the configuration");
  for (const std::string& file : request.files) {
    const auto opened = storage->second->open(file, ServedAs::decrypted);
    const FileVersion version = opened->version();
    if (version.size > means.attach_up_to)
      files.linked.push_back(file);
    else
      files.attached.push_back({.storage = request.storage, .file = file, .filename = opened->name(), .version = version});
  }
  return files;
}

Issued issue_link(const MessageRequest& request, const std::string& message, const std::string& file,
                  const std::string& recipient, const MessageMeans& means) {
  IssueRequest wanted{.storage = request.storage,
                      .file = file,
                      .filename = {},
                      .email = recipient,
                      .max_uses = {},
                      .ttl = {},
                      .facts = request.facts};
  wanted.facts.try_emplace("message_id", message);
  return issue_by("message", std::move(wanted), link_lifetime, means.issuing);
}

}  // namespace

QueuedMessage queue_message(MessageRequest request, const MessageMeans& means) {
  constexpr std::int64_t milliseconds = 1000;
  check(request);
  const Files files = look_at(request, means);
  const Time now = means.issuing.tokens.now();
  QueuedMessage queued{.id = make_uuid(to_unix(now) * milliseconds, means.issuing.random), .linked = files.linked};
  for (const MailedFile& file : files.attached) queued.attached.push_back(file.file);
  std::vector<Mail> mails;
  for (const std::string& recipient : request.recipients) {
    MailContent content{
        .language = request.language, .subject = request.subject, .text = request.text, .attachments = files.attached};
    std::vector<std::string> tokens;
    for (const std::string& file : files.linked) {
      const Issued issued = issue_link(request, queued.id, file, recipient, means);
      content.links.push_back(mailed_link(issued.token, issued.secret.reveal()));
      tokens.push_back(issued.token.id.text);
    }
    mails.push_back(make_mail({.kind = MailKind::message,
                               .about = queued.id,
                               .occasion = std::to_string(mails.size()),
                               .recipient = recipient,
                               .content = std::move(content)},
                              means.seal, means.issuing.random, now));
    queued.recipients.push_back({.email = recipient, .mail = mails.back().id, .tokens = std::move(tokens)});
  }
  means.outbox.add(mails);
  return queued;
}

}  // namespace claimcheck
