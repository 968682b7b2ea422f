#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "core/renewal.h"
#include "tests/unit/issue_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

const Time now = from_unix(1'800'000'000);
const TokenId id{"01890000-0000-7000-8000-000000000001"};

/// Carries out what it is told, and says once that it did not.
class LostAnswer final : public TokenStore {
 public:
  explicit LostAnswer(TokenStore& store) : store_(store) {}
  Time now() override { return store_.now(); }
  bool add(const Token& token) override { return store_.add(token); }
  std::optional<Token> find(const Digest& digest) override { return store_.find(digest); }
  std::optional<Token> find(const TokenId& wanted) override { return store_.find(wanted); }
  bool replace(const Token& token) override { return store_.replace(token) && std::exchange(lost_, true); }
  bool replace_uses(const Token& token) override { return store_.replace_uses(token); }
  std::vector<Token> list(const TokenQuery& query) override { return store_.list(query); }

 private:
  TokenStore& store_;
  bool lost_ = false;
};

class Restore : public Issuing {
 protected:
  /// A token that was revoked and cleaned.
  Token withdrawn() const {
    return {.id = id,
            .digest = Digest::of("secret"),
            .storage = "uploads",
            .file = "report.pdf",
            .filename = "report.pdf",
            .version = storages.at("uploads")->open("report.pdf", ServedAs::stored)->version(),
            .policy = "default",
            .created_at = now - seconds{100},
            .expires_at = now + seconds{100},
            .revoked_at = now - seconds{10},
            .cleaned_at = now - seconds{5},
            .max_uses = 2,
            .uses = 1};
  }

  std::optional<Errc> fault() {
    const auto error = thrown([&] { restore(id, means); });
    return error ? std::optional{error->code()} : std::nullopt;
  }
};

TEST_F(Restore, TakesTheRevocationBackAndNothingElse) {
  Token expected = withdrawn();
  tokens.add(expected);
  expected.revoked_at.reset();
  expected.cleaned_at.reset();
  EXPECT_EQ(restore(id, means), expected);
  ++expected.revision;
  EXPECT_EQ(tokens.find(id), expected);
  EXPECT_EQ(state_of(expected, now), TokenState::active);
}

TEST_F(Restore, OneThatHasExpiredMeanwhileStaysExpired) {
  Token token = withdrawn();
  token.expires_at = now - seconds{1};
  tokens.add(token);
  EXPECT_EQ(state_of(restore(id, means), now), TokenState::expired);
}

TEST_F(Restore, RefusesWhatCannotBeTakenBack) {
  EXPECT_EQ(fault(), Errc::invalid_token) << "there is no token";
  Token token = withdrawn();
  token.revoked_at.reset();
  tokens.add(token);
  EXPECT_EQ(fault(), Errc::bad_request) << "it was not revoked";
}

TEST_F(Restore, RefusesALinkThatWouldLeadToNothing) {
  const Token token = withdrawn();
  tokens.add(token);
  write_file(uploads / "report.pdf", "another report");
  EXPECT_EQ(fault(), Errc::file_changed);
  std::filesystem::remove(uploads / "report.pdf");
  EXPECT_EQ(fault(), Errc::file_not_found);
  storages.clear();
  EXPECT_EQ(fault(), Errc::file_not_found);
  EXPECT_EQ(tokens.find(id), token) << "nothing was changed";
}

TEST_F(Restore, IsDoneOnceIfTheStoresAnswerIsLost) {
  tokens.add(withdrawn());
  LostAnswer store{tokens};
  const IssueMeans losing{
      .policies = policies, .storages = storages, .tokens = store, .checks = checks, .random = random, .pause = pause};
  const Token token = restore(id, losing);
  EXPECT_EQ(token.revoked_at, std::nullopt);
  EXPECT_EQ(token.revision, 1);
}

}  // namespace
}  // namespace claimcheck
