#include "tests/contract/sample_token.h"

#include <fmt/format.h>

namespace claimcheck::test {

std::string sample_uuid(int number) {
  return fmt::format("01890000-0000-7000-8000-{:012x}", number);
}

std::vector<std::string> sample_uuids(const std::vector<int>& numbers) {
  std::vector<std::string> texts;
  for (const int number : numbers) texts.push_back(sample_uuid(number));
  return texts;
}

Token sample_token(int number) {
  const Time created = from_unix(1'800'000'000 + number);
  Claim claim{.id = "abcdefghij012345",
              .opened = created,
              .file = {.size = 5000, .mtime_ns = 1'700'000'000'123'456'789},
              .covered = IntervalSet{{{.first = 0, .length = 100}, {.first = 200, .length = 50}}},
              .charged = 150,
              .active = {{.id = sample_uuid(number),
                          .ranges = {{.first = 300, .length = 700}, {.first = 2000, .length = 1}},
                          .sent = 5,
                          .started = created,
                          .last_progress = created + seconds{1},
                          .network = "192.0.2.0"}},
              .lost = {{.id = "lost", .sent = 17}},
              .last_seen = created + seconds{9},
              .completed = created + seconds{10}};
  return {.id = {sample_uuid(number)},
          .digest = Digest::of(fmt::format("secret {}", number)),
          .storage = "uploads",
          .file = fmt::format("2026/11/file {}.zip", number),
          .filename = "holiday.zip",
          .version = {.size = 5000, .mtime_ns = 1'700'000'000'123'456'789},
          .policy = "default",
          .email = "someone@example.com",
          .rules = {.grace = seconds{100},
                    .confirm = Confirm::always,
                    .on_change = OnChange::serve,
                    .decrypt = false,
                    .delete_file = true,
                    .retry_budget = 0.5,
                    .requests_per_minute = 9,
                    .bind_ip = BindIp::network,
                    .countries = {"DE", "FR"},
                    .checks = {"payment", "job"}},
          .created_at = created,
          .expires_at = created + seconds{1000},
          .revoked_at = std::nullopt,
          .cleaned_at = std::nullopt,
          .max_uses = 3,
          .uses = 1,
          .claims = {claim},
          .revision = 7,
          .facts = {{"job_id", "42"}, {"order_id", fmt::format("order {}", number)}},
          .bound_to = "0123456789abcdef"};
}

std::vector<Claim> many_claims() {
  std::vector<Claim> claims(1000, sample_token(1).claims.front());
  for (std::size_t index = 0; index < claims.size(); ++index) claims[index].charged = index;
  return claims;
}

std::vector<std::string> ids(const std::vector<Token>& tokens) {
  std::vector<std::string> texts;
  for (const Token& token : tokens) texts.push_back(token.id.text);
  return texts;
}

}  // namespace claimcheck::test
