#include "fcgi/exchange.h"

#include "tests/unit/settlement_fixture.h"

namespace claimcheck {
namespace {

using namespace fcgi;
using namespace test;

class ExchangeTest : public SettlementTest {
 protected:
  /// A link that may be asked for once a minute.
  std::string hasty_link() {
    const Secret secret = Secret::make(services.random);
    Token token = fresh_token(file, start, 1);
    token.digest = secret.digest();
    token.rules.requests_per_minute = 1;
    EXPECT_TRUE(store.add(token));
    return services.site.prefix + "/" + secret.reveal();
  }

  int status_of(const std::string& target) {
    const Variables variables = [&](const char* name) -> std::optional<std::string_view> {
      if (std::string_view{name} == "REQUEST_METHOD") return "GET";
      if (std::string_view{name} == "REQUEST_URI") return target;
      if (std::string_view{name} == "REMOTE_ADDR") return "203.0.113.7";
      return std::nullopt;
    };
    return find_answer(services, variables, [](std::size_t) { return std::string{}; }).answer.reply.status;
  }
};

TEST_F(ExchangeTest, ARefusalIsAnsweredAlsoIfTheStoreHasNoClockToTallyItBy) {
  const std::string link = hasty_link();
  status_of(link);
  store.clockless = true;
  EXPECT_EQ(status_of(link), 429);
  EXPECT_EQ(logged("refusal_not_tallied"), 1);
}

}  // namespace
}  // namespace claimcheck
