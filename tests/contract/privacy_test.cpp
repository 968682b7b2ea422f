#include "core/privacy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <tuple>

#include "tests/contract/places.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

const Time now = from_unix(1'800'000'000);
const std::string ada = "ada@example.com";
const Part all{.first = 0, .limit = 1000};

class PrivacyContract : public testing::TestWithParam<test::PlaceKind> {
 protected:
  static Token token_of(int number, const std::string& email) {
    Token token = test::sample_token(number);
    token.email = email;
    token.claims[0].network = "203.0.113.77";
    token.claims[0].active[0].network = "2001:db8:1:2:3:4:5:6";
    return token;
  }

  Token add(int number, const std::string& email) {
    const Token token = token_of(number, email);
    EXPECT_TRUE(stores_->tokens().add(token));
    return token;
  }

  DeliveryRecord log(const Token& token, int number, const std::string& network) {
    const DeliveryRecord record{.id = test::sample_uuid(10'000 + number),
                                .token = token.id,
                                .started = now,
                                .ended = now,
                                .range = {.first = 0, .length = 5},
                                .sent = 5,
                                .network = network};
    stores_->log().append({&record, 1});
    return record;
  }

  RefusalRecord refuse(const Token& token, const std::string& network, std::int64_t times, Time at = now) {
    const RefusalRecord record{
        .token = token.id, .error = "token_expired", .network = network, .first = at, .last = at, .times = times};
    stores_->log().count({&record, 1});
    return record;
  }

  Mail queue(int number, const std::string& recipient, const std::string& about) {
    const Mail mail{.id = test::sample_uuid(20'000 + number),
                    .kind = MailKind::link,
                    .about = about,
                    .occasion = std::to_string(number),
                    .recipient = recipient,
                    .content = "sealed",
                    .created_at = now,
                    .next_at = now};
    EXPECT_EQ(stores_->outbox().add({&mail, 1}), 1);
    return mail;
  }

  Erased erase(const std::string& address = ada) {
    return erase_person(stores_->personal(), stores_->erasure(), stores_->tokens(), pause_, address);
  }

  Token stored(const Token& token) { return stores_->tokens().find(token.id).value(); }

  std::unique_ptr<test::Place> place_ = GetParam().make();
  std::unique_ptr<test::Stores> stores_ = place_->connect();
  Pause pause_ = [](std::chrono::milliseconds) {};
  PersonalRecords& personal_ = stores_->personal();
};

TEST_P(PrivacyContract, APersonsRecordsAreFoundHoweverTheAddressWasWritten) {
  const Token lower = add(1, ada), mixed = add(2, "Ada@Example.COM"), other = add(3, "bob@example.com"), none = add(4, "");
  Token by_fact = token_of(5, "bob@example.com");
  by_fact.facts = {{"customer", "ADA@EXAMPLE.com"}, {"gift_to", ada}};
  ASSERT_TRUE(stores_->tokens().add(by_fact));
  Token both = token_of(6, ada);
  both.facts = {{"customer", "ada@example.com  "}};
  ASSERT_TRUE(stores_->tokens().add(both));
  const DeliveryRecord first = log(lower, 1, "203.0.113.1"), second = log(by_fact, 2, "203.0.113.2");
  log(other, 3, "203.0.113.3");
  log(none, 4, "203.0.113.4");
  const RefusalRecord refusal = refuse(mixed, "203.0.113.5", 2);
  refuse(none, "203.0.113.5", 1);
  const Mail mail = queue(1, "aDa@example.com", lower.id.text);
  queue(2, "bob@example.com", other.id.text);

  EXPECT_EQ(personal_.count(ada), (PersonalRecords::Counts{.tokens = 4, .deliveries = 2, .refusals = 1, .mails = 1}));
  EXPECT_EQ(personal_.tokens(ada, all), (std::vector{lower, mixed, by_fact, both}));
  EXPECT_EQ(personal_.deliveries(ada, all), (std::vector{first, second}));
  EXPECT_EQ(personal_.refusals(ada, all), std::vector{refusal});
  EXPECT_EQ(personal_.mails(ada, all), std::vector{mail});
  for (const char* nobody : {"a@example.com", "da@example.com", "ada@example.co", "%@example.com", "___@example.com"})
    EXPECT_EQ(personal_.count(nobody), PersonalRecords::Counts{}) << nobody;
}

TEST_P(PrivacyContract, PartsFollowEachOtherWithoutGapsAndRepeats) {
  std::vector<Token> tokens;
  for (int number = 1; number <= 7; ++number) {
    tokens.push_back(add(number, number % 2 == 0 ? "ADA@example.com" : ada));
    for (int i = 0; i < 3; ++i) {
      log(tokens.back(), number * 10 + i, "203.0.113.0");
      refuse(tokens.back(), "203.0.113." + std::to_string(i), 1, now + std::chrono::hours{i});
    }
    queue(number, ada, test::sample_uuid(number));
  }
  const auto check_parts = [](const auto& read, std::size_t count) {
    const auto whole = read(all);
    EXPECT_EQ(whole.size(), count);
    auto joined = whole;
    joined.clear();
    for (std::int64_t first = 0; first < std::ssize(whole); first += 4)
      for (const auto& each : read(Part{.first = first, .limit = 4})) joined.push_back(each);
    EXPECT_EQ(joined, whole);
  };
  check_parts([&](Part part) { return personal_.tokens(ada, part); }, 7);
  check_parts([&](Part part) { return personal_.deliveries(ada, part); }, 21);
  check_parts([&](Part part) { return personal_.refusals(ada, part); }, 21);
  check_parts([&](Part part) { return personal_.mails(ada, part); }, 7);
}

TEST_P(PrivacyContract, AnErasedPersonIsNotFoundAndNothingElseChanges) {
  Token mine = token_of(1, "Ada@example.com");
  mine.facts = {{"customer", "ADA@example.com"}, {"order_id", "1001"}};
  ASSERT_TRUE(stores_->tokens().add(mine));
  const Token other = add(2, "bob@example.com");
  const DeliveryRecord delivery = log(mine, 1, "203.0.113.77"), others = log(other, 2, "203.0.113.77");
  refuse(mine, "203.0.113.77", 3);
  const RefusalRecord others_refusal = refuse(other, "203.0.113.77", 4);

  const Erased erased = erase();
  EXPECT_EQ(erased.links, 1);
  EXPECT_TRUE(erased.done);
  EXPECT_TRUE(erased.messages.empty());
  Token expected = without_person(mine, ada).value();
  ++expected.revision;
  EXPECT_EQ(stored(mine), expected);
  EXPECT_EQ(stored(mine).uses, mine.uses);
  EXPECT_EQ(stores_->tokens().find(mine.digest), expected) << "the link works as before";
  DeliveryRecord anonymous = delivery;
  anonymous.network = "203.0.113.0";
  EXPECT_EQ(stores_->log().of_token(mine.id, 10), std::vector{anonymous});
  EXPECT_EQ(stores_->log().refusals_of_token(mine.id, 10).at(0).network, "203.0.113.0");
  EXPECT_EQ(stores_->log().refusals_of_token(mine.id, 10).at(0).times, 3);
  EXPECT_EQ(personal_.count(ada), PersonalRecords::Counts{});

  EXPECT_EQ(stored(other), other);
  EXPECT_EQ(stores_->log().of_token(other.id, 10), std::vector{others});
  EXPECT_EQ(stores_->log().refusals_of_token(other.id, 10), std::vector{others_refusal});
  EXPECT_EQ(erase().links, 0) << "twice is once";
  EXPECT_EQ(stored(mine), expected);
}

TEST_P(PrivacyContract, RefusalsThatBecomeTheSameAreAddedUp) {
  const Token token = add(1, ada);
  refuse(token, "203.0.113.0", 1, now);
  refuse(token, "203.0.113.77", 2, now + seconds{10});
  refuse(token, "203.0.113.78", 3, now + seconds{20});
  refuse(token, "198.51.100.7", 4, now);
  refuse(token, "203.0.113.77", 5, now + std::chrono::hours{1});
  refuse(token, "", 6, now);
  erase();
  std::vector<std::tuple<std::string, std::int64_t, Time>> tallies;
  for (const RefusalRecord& each : stores_->log().refusals_of_token(token.id, 10))
    tallies.emplace_back(each.network, each.times, each.last);
  std::ranges::sort(tallies);
  EXPECT_EQ(tallies, (std::vector<std::tuple<std::string, std::int64_t, Time>>{{"", 6, now},
                                                                               {"198.51.100.0", 4, now},
                                                                               {"203.0.113.0", 5, now + std::chrono::hours{1}},
                                                                               {"203.0.113.0", 6, now + seconds{20}}}));
}

TEST_P(PrivacyContract, MailsToAnErasedPersonAreEmptiedAndNoneGoesOut) {
  const Token token = add(1, ada);
  const Mail waiting = queue(1, "ADA@example.com", token.id.text), in_hand = queue(2, ada, test::sample_uuid(900)),
             to_support = queue(3, "support@example.com", token.id.text),
             unrelated = queue(4, "bob@example.com", test::sample_uuid(901));
  Mail sent = queue(5, ada, test::sample_uuid(902));
  sent.next_at.reset();
  sent.sent_at = now;
  sent.answer = "250 <ada@example.com> ok";
  stores_->outbox().replace(sent);
  const auto claimed = stores_->outbox().claim(in_hand, now + seconds{900});
  ASSERT_TRUE(claimed.has_value());

  EXPECT_EQ(erase().mails, 3);
  for (const Mail& each : {waiting, in_hand, to_support}) {
    const Mail kept = stores_->mails().find(each.id).value();
    EXPECT_EQ(kept.recipient, each == to_support ? "support@example.com" : "");
    EXPECT_EQ(kept.content, "");
    EXPECT_EQ(kept.next_at, std::nullopt);
    EXPECT_TRUE(kept.failed_at.has_value());
    EXPECT_EQ(kept.answer, "erased");
  }
  const Mail kept = stores_->mails().find(sent.id).value();
  EXPECT_EQ(kept.recipient + kept.content + kept.answer, "");
  EXPECT_EQ(kept.sent_at, sent.sent_at);
  EXPECT_EQ(kept.failed_at, std::nullopt);
  EXPECT_EQ(stores_->mails().find(unrelated.id), unrelated);
  EXPECT_EQ(stores_->outbox().due(now + seconds{1000}, 10), std::vector{unrelated});

  Mail late = *claimed;  // whoever had it in hand tells what became of it
  late.answer = "550 <ada@example.com> unknown";
  stores_->outbox().replace(late);
  EXPECT_EQ(stores_->mails().find(in_hand.id)->answer, "erased");
  EXPECT_EQ(erase().mails, 0);
}

TEST_P(PrivacyContract, ManyLinksAreForgottenAHundredACall) {
  for (int number = 1; number <= 250; ++number) add(number, ada);
  std::vector<std::int64_t> links;
  for (Erased erased; !erased.done;) {
    erased = erase();
    links.push_back(erased.links);
  }
  EXPECT_EQ(links, (std::vector<std::int64_t>{100, 100, 50}));
  EXPECT_EQ(personal_.count(ada).tokens, 0);
  EXPECT_EQ(stores_->tokens().list({.limit = 1000}).size(), 250U);
}

TEST_P(PrivacyContract, AnErasureThatDiedInTheMiddleIsFinishedByTheNext) {
  Token token = token_of(1, ada);
  token.facts = {{"customer", ada}};
  ASSERT_TRUE(stores_->tokens().add(token));
  Enforcement{stores_->tokens(), pause_}.forget(token.id, ada);
  EXPECT_TRUE(erase().done);
  EXPECT_EQ(personal_.count(ada), PersonalRecords::Counts{});
}

TEST_P(PrivacyContract, NobodyIsWarnedWhoIsForgotten) {
  Token token = token_of(1, ada);
  token.rules.warn_before = seconds{600};
  ASSERT_TRUE(stores_->tokens().add(token));
  EXPECT_EQ(stores_->warnings().to_warn(token.expires_at, {}, 10).size(), 1U);
  erase();
  EXPECT_TRUE(stores_->warnings().to_warn(token.expires_at, {}, 10).empty());
}

TEST_P(PrivacyContract, DownloadsThatRunMeanwhileLoseNothingAndBringNothingBack) {
  Token token = token_of(1, ada);
  token.claims.clear();
  token.uses = 0;
  token.max_uses = 0;
  ASSERT_TRUE(stores_->tokens().add(token));
  constexpr int changes = 50;
  std::atomic<int> written = 0;
  std::jthread download{[&] {
    const auto own = place_->connect();
    while (written < changes) {
      Token next = own->tokens().find(token.id).value();
      ++next.uses;
      if (own->tokens().replace_uses(next)) ++written;
    }
  }};
  test::wait_until("the download is under way", [&] { return written > 5; });
  erase();
  download.join();
  EXPECT_EQ(stored(token).uses, changes);
  EXPECT_EQ(stored(token).email, "");
}

INSTANTIATE_TEST_SUITE_P(On, PrivacyContract, testing::ValuesIn(test::place_kinds),
                         [](const auto& place) { return std::string{place.param.name}; });

}  // namespace
}  // namespace claimcheck
