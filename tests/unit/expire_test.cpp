#include "cron/expire.h"

#include "core/error.h"
#include "tests/unit/cron_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

class Expire : public CronTest {
 protected:
  static constexpr Time end = start + seconds{86400};

  Token add(int number, const std::function<void(Token&)>& change = [](Token&) {}) {
    Token token = token_of(number);
    token.rules.delete_file = true;
    change(token);
    tokens.add(token);
    return token;
  }

  cron::ExpireReport expire(Time now = end, cron::Mode mode = cron::Mode::real) {
    return cron::expire(tokens, removals, &notices, at(now, mode));
  }

  /// The files that are noted.
  std::vector<std::string> noted() {
    std::vector<std::string> files;
    for (const Removal& removal : removals.list("", 10'000)) files.push_back(removal.file);
    std::ranges::sort(files);
    return files;
  }
};

TEST_F(Expire, MarksEachTokenOnceAndNotesTheFilesToRemove) {
  const Token removed = add(1), kept = add(2, [](Token& token) { token.rules.delete_file = false; });
  const Token live = add(3, [](Token& token) { token.expires_at += seconds{1}; });
  EXPECT_EQ(expire().tokens, 2);
  EXPECT_EQ(stored(removed).cleaned_at, end);
  EXPECT_EQ(stored(kept).cleaned_at, end);
  EXPECT_EQ(stored(live), live);
  const Removal expected{.storage = "uploads", .file = "file1.pdf", .version = removed.version};
  EXPECT_EQ(removals.list("", 10), std::vector{expected});
  EXPECT_EQ(expire().tokens, 0);
}

TEST_F(Expire, ATokenIsDueTheSecondItsGraceIsOver) {
  add(1, [](Token& token) { token.rules.grace = seconds{100}; });
  EXPECT_EQ(expire(end + seconds{99}).tokens, 0);
  EXPECT_EQ(expire(end + seconds{100}).tokens, 1);
}

TEST_F(Expire, ARevokedTokenIsDueAtOnce) {
  const Token token = add(1);
  EXPECT_EQ(expire(start).tokens, 0);
  change(token.id, [](Token& each) { each.revoked_at = start; });
  EXPECT_EQ(expire(start).tokens, 1);
}

TEST_F(Expire, ATokenByWhichSomebodyIsReadingStays) {
  const auto reading = [](Time last_progress) {
    return [=](Token& token) {
      token.claims = {claim_of("claim", 5)};
      token.claims[0].active = {{.id = "d", .ranges = {{0, 1000}}, .last_progress = last_progress}};
    };
  };
  const Token read = add(1, reading(end - seconds{55})), dead = add(2, reading(end - seconds{56}));
  EXPECT_EQ(expire().tokens, 1);
  EXPECT_EQ(stored(read), read);
  EXPECT_EQ(noted(), std::vector<std::string>{"file2.pdf"});
  EXPECT_EQ(expire(end + seconds{1}).tokens, 1) << "then its worker is taken for dead";
}

TEST_F(Expire, ATokenThatIsExtendedMeanwhileStaysAsItIs) {
  const Token token = add(1);
  EventfulSweep sweep{tokens};
  sweep.before_clean = [&] { change(token.id, [](Token& each) { each.expires_at += seconds{60}; }); };
  EXPECT_EQ(cron::expire(sweep, removals, nullptr, at(end)).tokens, 0);
  EXPECT_FALSE(stored(token).cleaned_at.has_value());
  EXPECT_EQ(noted().size(), 1U) << "who removes files finds that it is in use";
  EXPECT_TRUE(tokens.file_in_use("uploads", token.file, end));
}

TEST_F(Expire, ARunThatDiesInBetweenIsContinuedByTheNext) {
  add(1);
  EventfulSweep sweep{tokens};
  sweep.before_clean = [] { throw Error{Errc::unavailable, "the connection broke"}; };
  EXPECT_TRUE(thrown([&] { cron::expire(sweep, removals, &notices, at(end)); }).has_value());
  EXPECT_EQ(noted().size(), 1U) << "noted before the token is marked";
  EXPECT_EQ(expire().tokens, 1);
  EXPECT_EQ(noted().size(), 1U);
}

TEST_F(Expire, ADownloadThatWasBegunAndNeverCompletedIsToldToTheOperatorOnce) {
  const struct {
    const char* name;
    std::function<void(Token&)> change;
    std::int64_t told;
  } cases[] = {
      {"nothing fetched", [](Token&) {}, 0},
      {"a page looked at", [](Token& token) { token.claims = {claim_of("a", 0)}; }, 0},
      {"some bytes", [](Token& token) { token.claims = {claim_of("a", 5)}; }, 1},
      {"everything", [](Token& token) { token.claims = {claim_of("a", 1000, start)}; }, 0},
      {"everything the second time", [](Token& token) { token.claims = {claim_of("a", 5), claim_of("b", 1000, start)}; }, 0},
      {"some bytes, twice", [](Token& token) { token.claims = {claim_of("a", 5), claim_of("b", 7)}; }, 1},
      {"some bytes, then revoked",
       [](Token& token) {
         token.claims = {claim_of("a", 5)};
         token.revoked_at = start;
       },
       0},
  };
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Token token = add(++number, c.change);
    EXPECT_EQ(expire(end, cron::Mode::dry_run).told, 0);
    EXPECT_EQ(expire().told, c.told);
    EXPECT_EQ(expire().told, 0);
    EXPECT_EQ(outbox.find(token.id.text, MailKind::failure).has_value(), c.told == 1);
  }
  const Mail told = mails(MailKind::failure).at(0);
  EXPECT_EQ(told.recipient, "help@example.com");
  EXPECT_EQ(content(told).error, "incomplete");
  EXPECT_EQ(content(told).at, end);
}

TEST_F(Expire, IsToldOnceEvenIfARunDiesAfterTelling) {
  add(1, [](Token& token) { token.claims = {claim_of("a", 5)}; });
  EventfulSweep sweep{tokens};
  sweep.before_clean = [] { throw Error{Errc::unavailable, "the connection broke"}; };
  EXPECT_TRUE(thrown([&] { cron::expire(sweep, removals, &notices, at(end)); }).has_value());
  EXPECT_EQ(expire().told, 0);
  EXPECT_EQ(mails(MailKind::failure).size(), 1U);
}

TEST_F(Expire, TheLinksInMailsAboutEndedTokensAreForgotten) {
  const Token ended = add(1), live = add(2, [](Token& token) { token.expires_at += seconds{1}; });
  for (const Token& token : {ended, live})
    sent({.about = token.id.text, .recipient = token.email, .content = {.links = {mailed_link(token, "secret")}}}, start);
  expire(end, cron::Mode::dry_run);
  EXPECT_FALSE(outbox.find(ended.id.text, MailKind::link).value().content.empty());
  expire();
  EXPECT_TRUE(outbox.find(ended.id.text, MailKind::link).value().content.empty());
  EXPECT_FALSE(outbox.find(live.id.text, MailKind::link).value().content.empty());
}

TEST_F(Expire, ADryRunCountsAndChangesNoToken) {
  const Token token = add(1);
  EXPECT_EQ(expire(end, cron::Mode::dry_run).tokens, 1);
  EXPECT_EQ(stored(token), token);
  EXPECT_EQ(expire().tokens, 1);
}

TEST_F(Expire, WorksThroughManyTokensAndPassesOverThoseThatAreRead) {
  for (int i = 0; i < 1000; ++i)
    add(i, [&](Token& token) {
      if (i % 2 == 1) return;
      token.claims = {claim_of("claim", 5)};
      token.claims[0].active = {{.id = "d", .ranges = {{0, 1}}, .last_progress = end}};
    });
  EXPECT_EQ(expire().tokens, 500);
  EXPECT_EQ(noted().size(), 500U);
}

TEST_F(Expire, StopsBetweenTwoBatchesWhenTimeIsUp) {
  constexpr int many = 2500;
  for (int i = 0; i < many; ++i) add(i);
  int asked = 0;
  const cron::Run run{.now = end, .time_is_up = [&] { return ++asked > 1; }};
  const auto first = cron::expire(tokens, removals, nullptr, run).tokens;
  EXPECT_LT(first, many);
  EXPECT_EQ(expire().tokens, many - first) << "the next run does the rest";
}

}  // namespace
}  // namespace claimcheck
