#include "core/message.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/mail_draft.h"
#include "core/settings.h"
#include "files/directory.h"
#include "tests/fakes.h"
#include "tests/support/process.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr std::uint64_t mib = 1024ULL * 1024;

class Messages : public testing::Test {
 protected:
  Messages() {
    fs::create_directories(folder / "uploads");
    storages.emplace("uploads", files::open_directory(folder / "uploads"));
  }

  void add_file(const std::string& name, std::uint64_t size) {
    write_file(folder / "uploads/" / name, "");
    fs::resize_file(folder / "uploads/" / name, size);
  }

  static MessageRequest request(std::vector<std::string> files = {}) {
    return {.recipients = {"ada@example.com", "bob@example.com"},
            .subject = "The plans",
            .text = "Here they are.",
            .files = std::move(files)};
  }

  QueuedMessage queue(const MessageRequest& wanted) {
    const IssueMeans issuing{
        .policies = policies, .storages = storages, .tokens = tokens, .checks = checks, .random = random, .pause = pause};
    return queue_message(wanted,
                         {.issuing = issuing, .outbox = outbox, .seal = seal, .attach_up_to = MailSettings{}.attach_up_to});
  }

  /// The fault of a message of which nothing is left then.
  std::optional<Error> fault(const MessageRequest& wanted) {
    const auto error = thrown([&] { queue(wanted); });
    EXPECT_TRUE(outbox.list(10).empty());
    EXPECT_TRUE(tokens.list({}).empty());
    return error;
  }

  MailContent content(const std::string& mail) { return content_of(outbox.find(mail).value(), seal); }

  TemporaryFolder folder;
  Policies policies{{"default", Policy{.name = "default", .ttl = seconds{60}, .max_uses = 9}}};
  Storages storages;
  Checks checks;
  Memory memory;
  MemoryTokenStore tokens{memory};
  MemoryOutbox outbox{memory};
  const Seal seal{std::string(32, 'k')};
  const Random random = secure_random();
  const Pause pause = [](std::chrono::milliseconds) {};
};

TEST_F(Messages, FilesUpToExactlyOneMebibyteAreAttachedAndLargerOnesLinked) {
  add_file("empty.txt", 0);
  add_file("exact.pdf", mib);
  add_file("more.pdf", mib + 1);
  const QueuedMessage queued = queue(request({"exact.pdf", "more.pdf", "empty.txt"}));
  EXPECT_EQ(queued.attached, (std::vector<std::string>{"exact.pdf", "empty.txt"}));
  EXPECT_EQ(queued.linked, std::vector<std::string>{"more.pdf"});
  ASSERT_EQ(queued.recipients.size(), 2U);
  const MailContent told = content(queued.recipients[0].mail);
  EXPECT_EQ(told.subject, "The plans");
  EXPECT_EQ(told.text, "Here they are.");
  const MailedFile exact{.storage = "uploads",
                         .file = "exact.pdf",
                         .filename = "exact.pdf",
                         .version = storages.at("uploads")->open("exact.pdf", ServedAs::decrypted)->version()};
  ASSERT_EQ(told.attachments.size(), 2U);
  EXPECT_EQ(told.attachments[0], exact);
}

TEST_F(Messages, EachRecipientGetsAMailAndLinksOfHisOwn) {
  add_file("film.mp4", 2 * mib);
  add_file("more.mp4", 3 * mib);
  const QueuedMessage queued = queue(request({"film.mp4", "more.mp4"}));
  EXPECT_EQ(outbox.list(10).size(), 2U);
  EXPECT_EQ(tokens.list({}).size(), 4U);
  for (const auto& recipient : queued.recipients) {
    const Mail mail = outbox.find(recipient.mail).value();
    EXPECT_EQ(mail.recipient, recipient.email);
    EXPECT_EQ(mail.kind, MailKind::message);
    EXPECT_EQ(mail.about, queued.id);
    EXPECT_EQ(mail.next_at, tokens.now());
    const MailContent told = content(recipient.mail);
    ASSERT_EQ(told.links.size(), 2U);
    ASSERT_EQ(recipient.tokens.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      const Token token = tokens.find(TokenId{recipient.tokens[i]}).value();
      EXPECT_EQ(token.email, recipient.email);
      EXPECT_EQ(token.file, queued.linked[i]);
      EXPECT_EQ(token.max_uses, 1);
      EXPECT_EQ(token.expires_at, tokens.now() + std::chrono::hours{72});
      EXPECT_EQ(token.facts, (std::map<std::string, std::string>{{"message_id", queued.id}}));
      EXPECT_EQ(Secret::parse(told.links[i].secret).value().digest(), token.digest);
      EXPECT_EQ(told.links[i].expires_at, token.expires_at);
    }
  }
}

TEST_F(Messages, LinksKeepTheFactsOfTheirMessage) {
  add_file("film.mp4", 2 * mib);
  MessageRequest wanted = request({"film.mp4"});
  const auto facts_for = [&](std::map<std::string, std::string> facts) {
    wanted.facts = std::move(facts);
    const QueuedMessage queued = queue(wanted);
    return std::pair{queued.id, tokens.find(TokenId{queued.recipients.at(1).tokens.at(0)}).value().facts};
  };
  using Facts = std::map<std::string, std::string>;
  const auto [id, added] = facts_for({{"team_id", "7"}});
  EXPECT_EQ(added, (Facts{{"message_id", id}, {"team_id", "7"}}));
  EXPECT_EQ(facts_for({{"message_id", "17"}}).second, (Facts{{"message_id", "17"}})) << "the sender's own name for it";
}

TEST_F(Messages, APolicyOfThatNameSaysHowLinksWork) {
  policies["message"] = {.name = "message", .ttl = seconds{3600}, .max_uses = 3, .rules = {.grace = seconds{5}}};
  add_file("film.mp4", 2 * mib);
  const QueuedMessage queued = queue(request({"film.mp4"}));
  const Token token = tokens.find(TokenId{queued.recipients.at(0).tokens.at(0)}).value();
  EXPECT_EQ(token.policy, "message");
  EXPECT_EQ(token.max_uses, 3);
  EXPECT_EQ(token.expires_at, tokens.now() + seconds{3600});
  EXPECT_EQ(token.rules.grace, seconds{5});
}

TEST_F(Messages, WhatIsSaidTwiceCountsOnce) {
  add_file("film.mp4", 2 * mib);
  MessageRequest twice = request({"film.mp4", "film.mp4"});
  twice.recipients = {"Bob@Example.com", "ada@example.com", "bob@example.com"};
  const QueuedMessage queued = queue(twice);
  ASSERT_EQ(queued.recipients.size(), 2U);
  EXPECT_EQ(queued.recipients[0].email, "bob@example.com");
  EXPECT_EQ(queued.recipients[1].email, "ada@example.com");
  EXPECT_EQ(tokens.list({}).size(), 2U);
}

TEST_F(Messages, NothingIsQueuedIfAFileCannotBeHad) {
  add_file("film.mp4", 2 * mib);
  EXPECT_EQ(fault(request({"film.mp4", "nosuch.pdf"})).value().code(), Errc::file_not_found);
  fs::rename(folder / "uploads", folder / "unmounted");
  EXPECT_EQ(fault(request({"film.mp4"})).value().code(), Errc::unavailable);
  EXPECT_EQ(queue(request()).recipients.size(), 2U) << "a message without files needs no storage";
}

TEST_F(Messages, AreRefusedWithTheNameOfWhatCannotBe) {
  using Change = std::function<void(MessageRequest&)>;
  const auto recipients = [](std::vector<std::string> list) -> Change {
    return [=](auto& message) { message.recipients = list; };
  };
  const auto subject = [](std::string text) -> Change { return [=](auto& message) { message.subject = text; }; };
  const auto text = [](std::string given) -> Change { return [=](auto& message) { message.text = given; }; };
  const auto files = [](std::vector<std::string> list) -> Change { return [=](auto& message) { message.files = list; }; };
  std::vector<std::string> crowd;
  for (int i = 0; i < 101; ++i) crowd.push_back("a" + std::to_string(i) + "@example.com");
  const struct {
    const char* name;
    Change change;
    const char* field;
  } cases[] = {
      {"nobody", recipients({}), "recipients"},
      {"101 recipients", recipients(crowd), "recipients"},
      {"one bad one of two", recipients({"ada@example.com", "bob"}), "recipients"},
      {"two addresses in one", recipients({"ada@example.com,eve@example.com"}), "recipients"},
      {"a header", recipients({"ada@example.com\r\nBcc: eve@example.com"}), "recipients"},
      {"an escaped header", recipients({"ada@example.com%0aBcc:eve@example.com"}), "recipients"},
      {"a zero octet", recipients({std::string("ada\0@example.com", 16)}), "recipients"},
      {"an option", recipients({"-oQ/tmp@example.com"}), "recipients"},
      {"5,000 characters", recipients({std::string(5000, 'a') + "@example.com"}), "recipients"},
      {"no subject", subject(""), "subject"},
      {"a blank subject", subject(" \t"), "subject"},
      {"a subject of 5,001 bytes", subject(std::string(5001, 'x')), "subject"},
      {"a subject that is no UTF-8", subject("\xff"), "subject"},
      {"a text of 60,001 bytes", text(std::string(60'001, 'x')), "text"},
      {"a text that is no UTF-8", text("\xc3"), "text"},
      {"a language that is no UTF-8", [](auto& message) { message.language = "\xff"; }, "language"},
      {"eleven files", files(std::vector<std::string>(11, "a")), "files"},
      {"a file outside", files({"../wp-config.php"}), "files"},
      {"no such storage", [](auto& message) { message.storage = "x", message.files = {"a"}; }, "storage"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    MessageRequest message = request();
    c.change(message);
    const auto error = fault(message);
    EXPECT_EQ(text_detail(error, "field"), c.field);
    EXPECT_EQ(error ? error->code() : Errc::internal, Errc::bad_request);
  }
}

TEST_F(Messages, AHostileSubjectIsOneMailForEachRecipient) {
  const std::string subjects[] = {"a\r\nBcc: eve@example.com",
                                  "a%0aBcc:eve@example.com",
                                  std::string("a\0b", 3),
                                  "-v, --help",
                                  "\xE2\x80\xAE"
                                  "fdp.exe",
                                  std::string(5000, 'x')};
  for (const std::string& subject : subjects) {
    MessageRequest message = request();
    message.subject = subject;
    const std::size_t before = outbox.list(100).size();
    const QueuedMessage queued = queue(message);
    EXPECT_EQ(outbox.list(100).size(), before + 2);
    EXPECT_EQ(content(queued.recipients.at(0).mail).subject, subject);
  }
}

}  // namespace
}  // namespace claimcheck
