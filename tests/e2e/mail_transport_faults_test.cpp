#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "tests/e2e/mail_transport_fixture.h"

namespace claimcheck::test {
namespace {

const std::string password = "a very s3cret password";

std::string message(int number) {
  return "Message-ID: <mail-" + std::to_string(number) + "@example.com>\r\n\r\ntext\r\n";
}

SmtpSettings settings_for(const DyingSmtpServer& server) {
  SmtpSettings settings = settings_on(server.port(), password);
  settings.timeout = seconds{10};
  return settings;
}

/// One fault, on the first connection's first mail.
DyingSmtpServer::Plan once(Fault fault) {
  return [fault](int connection, int mail) { return connection == 1 && mail == 1 ? std::optional{fault} : std::nullopt; };
}

struct Step {
  const char* name;
  Point point;
};
constexpr Step before_the_mail[] = {{"greeting", Point::before_greeting}, {"EHLO", Point::ehlo}, {"AUTH", Point::auth}};
constexpr Step of_the_mail[] = {
    {"MAIL", Point::mail}, {"RCPT", Point::rcpt}, {"DATA", Point::data}, {"message", Point::final_dot}};

TEST(MailTransportFaults, ADeadServerIsNoFaultOfTheMail) {
  const struct {
    const char* name;
    Point point;
    Outcome outcome;
    std::size_t received;  ///< how often the first mail came, before it is sent again
  } cases[] = {
      {"before the greeting", Point::before_greeting, Outcome::unreachable, 0},
      {"after the greeting", Point::after_greeting, Outcome::unreachable, 0},
      {"at EHLO", Point::ehlo, Outcome::unreachable, 0},
      {"at AUTH", Point::auth, Outcome::unreachable, 0},
      {"at MAIL", Point::mail, Outcome::unreachable, 0},
      {"at RCPT", Point::rcpt, Outcome::unreachable, 0},
      {"at DATA", Point::data, Outcome::unreachable, 0},
      {"in the middle of the mail", Point::body, Outcome::unreachable, 0},
      {"after the final dot", Point::final_dot, Outcome::unreachable, 1},
      {"after its answer", Point::after_answer, Outcome::accepted, 1},
  };
  for (const auto& c : cases)
    for (const Act act : {Act::reset, Act::hang_up}) {
      SCOPED_TRACE(std::string{c.name} + (act == Act::reset ? ", reset" : ", hung up"));
      const DyingSmtpServer server{once({.point = c.point, .act = act})};
      const auto transport = cron::open_smtp(settings_for(server));
      const Dispatch first = transport->send(sender, recipient, message(1));
      // A reset may overtake the answer that was sent just before it.
      if (c.point != Point::after_answer || act == Act::hang_up) {
        EXPECT_EQ(first.outcome, c.outcome) << first.answer;
      }
      EXPECT_EQ(server.received().size(), c.received);
      const Dispatch second = transport->send(sender, recipient, message(2));
      EXPECT_EQ(second.outcome, Outcome::accepted) << second.answer;
      EXPECT_EQ(server.received().back().message_id, "<mail-2@example.com>");
      EXPECT_EQ(server.connections(), 2);
    }
}

TEST(MailTransportFaults, ALargeMailMayBreakOffAnywhere) {
  std::string large = message(1);
  for (int line = 0; line < 100'000; ++line) large += "a line of a large mail, which fills every buffer on its way\r\n";
  for (const Act act : {Act::reset, Act::hang_up}) {
    const DyingSmtpServer server{once({.point = Point::body, .act = act})};
    const auto transport = cron::open_smtp(settings_for(server));
    EXPECT_EQ(transport->send(sender, recipient, large).outcome, Outcome::unreachable);
    EXPECT_EQ(transport->send(sender, recipient, large).outcome, Outcome::accepted);
    EXPECT_EQ(server.received().size(), 1U);
  }
}

TEST(MailTransportFaults, ADeadServerAtStarttlsGetsNoMail) {
  const struct {
    const char* name;
    Fault fault;
    const char* said;
  } cases[] = {
      {"reset", {Point::starttls, Act::reset}, "STARTTLS: "},
      {"hung up", {Point::starttls, Act::hang_up}, "STARTTLS: "},
      {"not now", {Point::starttls, Act::answer, "454 4.7.0 later"}, "STARTTLS: 454 4.7.0 later"},
      {"never", {Point::starttls, Act::answer, "502 5.5.1 what?"}, "STARTTLS: 502 5.5.1 what?"},
      {"another answer in plain text behind it",
       {Point::starttls, Act::answer, "220 go\r\n250 AUTH PLAIN"},
       "STARTTLS: the server went on in plain text"},
      {"plain text instead of a handshake", {Point::starttls, Act::answer, "220 go"}, "STARTTLS: "},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const DyingSmtpServer server{[&](int, int) { return c.fault; }};
    SmtpSettings settings = settings_for(server);
    settings.security = SmtpSettings::Security::starttls;
    settings.timeout = seconds{1};
    const Dispatch dispatch = cron::open_smtp(settings)->send(sender, recipient, message(1));
    EXPECT_EQ(dispatch.outcome, Outcome::unreachable);
    EXPECT_TRUE(dispatch.answer.starts_with(c.said)) << dispatch.answer;
    EXPECT_EQ(server.heard("AUTH"), 0);
    EXPECT_EQ(server.heard("MAIL"), 0);
  }
}

TEST(MailTransportFaults, AnAnswerToTheMailIsAboutTheMail) {
  const struct {
    const char* line;
    Outcome outcome;
  } answers[] = {{"450 4.2.0 mailbox is busy", Outcome::try_later},
                 {"452 4.3.1 disk is full", Outcome::try_later},
                 {"550 5.1.1 no such user", Outcome::refused},
                 {"554-5.7.1 not\r\n554 5.7.1 wanted", Outcome::refused}};
  for (const Step& step : of_the_mail)
    for (const auto& answer : answers) {
      SCOPED_TRACE(std::string{step.name} + ": " + answer.line);
      const DyingSmtpServer server{once({.point = step.point, .act = Act::answer, .line = answer.line})};
      const auto transport = cron::open_smtp(settings_for(server));
      const Dispatch first = transport->send(sender, recipient, message(1));
      EXPECT_EQ(first.outcome, answer.outcome);
      EXPECT_TRUE(first.answer.starts_with(std::string{step.name} + ": " + std::string{answer.line}.substr(0, 3)))
          << first.answer;
      EXPECT_EQ(first.answer.find_first_of("\r\n"), std::string::npos);
      EXPECT_EQ(transport->send(sender, recipient, message(2)).outcome, Outcome::accepted);
      EXPECT_EQ(server.connections(), 1) << "the session was not kept";
      EXPECT_EQ(server.heard("RSET"), 1);
    }
}

TEST(MailTransportFaults, SomeAnswersAreNotAboutTheMail) {
  const struct {
    const char* name;
    std::vector<Step> steps;
    const char* line;
  } cases[] = {
      {"closing", {std::begin(of_the_mail), std::end(of_the_mail)}, "421 4.3.2 closing"},
      {"a login is wanted", {of_the_mail[0], of_the_mail[1]}, "530 5.7.0 log in first"},
      {"closing at the beginning", {std::begin(before_the_mail), std::end(before_the_mail)}, "421 4.3.2 closing"},
      {"not now", {std::begin(before_the_mail), std::end(before_the_mail)}, "454 4.7.0 not now"},
      {"never", {std::begin(before_the_mail), std::end(before_the_mail)}, "554 5.7.1 never"},
      {"no number", {std::begin(of_the_mail), std::end(of_the_mail)}, "fine"},
      {"a number out of range", {std::begin(of_the_mail), std::end(of_the_mail)}, "650 x"},
      {"a number that is out of place", {std::begin(of_the_mail), std::end(of_the_mail)}, "334 x"},
      {"a line without an end", {std::begin(of_the_mail), std::end(of_the_mail)}, "250 "},
      {"lines without an end", {std::begin(of_the_mail), std::end(of_the_mail)}, "250-"},
      {"more than was asked for", {of_the_mail[0], of_the_mail[1]}, "250 fine\r\n250 fine"},
  };
  for (const auto& c : cases)
    for (const Step& step : c.steps) {
      SCOPED_TRACE(std::string{step.name} + ": " + c.name);
      std::string line = c.line;
      if (line == "250 ") line += std::string(10'000, 'x');
      if (line == "250-") {
        line.clear();
        for (int i = 0; i < 200; ++i) line += "250-x\r\n";
      }
      const DyingSmtpServer server{once({.point = step.point, .act = Act::answer, .line = line})};
      const auto transport = cron::open_smtp(settings_for(server));
      const Dispatch first = transport->send(sender, recipient, message(1));
      EXPECT_EQ(first.outcome, Outcome::unreachable) << first.answer;
      EXPECT_LE(first.answer.size(), 300U);
      EXPECT_EQ(transport->send(sender, recipient, message(2)).outcome, Outcome::accepted);
      EXPECT_EQ(server.connections(), 2);
    }
}

TEST(MailTransportFaults, ASessionThatEndedMeanwhileIsReplaced) {
  const struct {
    const char* name;
    Fault fault;
  } cases[] = {
      {"reset", {Point::mail, Act::reset}},
      {"hung up", {Point::mail, Act::hang_up}},
      {"closing", {Point::mail, Act::answer, "421 4.4.2 timed out"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const DyingSmtpServer server{
        [&](int connection, int mail) { return connection == 1 && mail == 2 ? std::optional{c.fault} : std::nullopt; }};
    const auto transport = cron::open_smtp(settings_for(server));
    EXPECT_EQ(transport->send(sender, recipient, message(1)).outcome, Outcome::accepted);
    EXPECT_EQ(transport->send(sender, recipient, message(2)).outcome, Outcome::accepted);
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(server.received().size(), 2U);
  }
}

TEST(MailTransportFaults, NoPasswordIsRepeated) {
  const DyingSmtpServer server{once({.point = Point::auth,
                                     .act = Act::answer,
                                     .line = "535 you said " + password +
                                             " and AHNob3AAYSB2ZXJ5IHMzY3JldCBwYXNzd29yZA== and "
                                             "YSB2ZXJ5IHMzY3JldCBwYXNzd29yZA=="})};
  const Dispatch dispatch = cron::open_smtp(settings_for(server))->send(sender, recipient, message(1));
  EXPECT_EQ(dispatch.answer, "AUTH: 535 you said *** and *** and ***");
}

TEST(MailTransportFaults, ManyMailsShareSessionsThatEndProperly) {
  constexpr int mails = 250;
  const DyingSmtpServer server{[](int, int) { return std::nullopt; }};
  {
    const auto transport = cron::open_smtp(settings_for(server));
    for (int number = 1; number <= mails; ++number)
      EXPECT_EQ(transport->send(sender, recipient, message(number)).outcome, Outcome::accepted);
  }
  EXPECT_EQ(server.received().size(), std::size_t{mails});
  EXPECT_EQ(server.connections(), 3);
  EXPECT_EQ(server.heard("QUIT"), 3);
}

}  // namespace
}  // namespace claimcheck::test
