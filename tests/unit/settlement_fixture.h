#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/enforcement.h"
#include "fcgi/settlement.h"
#include "tests/fakes.h"
#include "tests/support/process.h"
#include "tests/unit/fresh_token.h"

namespace claimcheck::test {

/// A store that counts its statements, and that may be down or odd.
class OddStore final : public TokenStore, public LateWrites {
 public:
  explicit OddStore(Memory& memory) : kept(memory) {}

  Time now() override {
    if (clockless) throw Error{Errc::unavailable, "no clock"};
    return kept.now();
  }
  bool add(const Token& token) override { return kept.add(token); }
  std::optional<Token> find(const Digest& digest) override { return reached().find(digest); }
  std::optional<Token> find(const TokenId& id) override {
    ++reads;
    return reached().find(id);
  }
  bool replace(const Token& token) override { return reached().replace(token); }
  bool replace_uses(const Token& token) override {
    reached();
    if (token.id == poison) throw Error{Errc::internal, "poisoned"};
    ++writes;
    const bool written = kept.replace_uses(token);
    if (silent) throw Error{Errc::unavailable, "no answer"};
    return written;
  }
  std::vector<Token> list(const TokenQuery& query) override { return reached().list(query); }
  void replace_uses_soon(Token token, Told told) override { late.emplace_back(std::move(token), std::move(told)); }
  /// What another thread does at its next write.
  void write_late() {
    for (const auto& [token, told] : std::exchange(late, {})) {
      try {
        told(replace_uses(token));
      } catch (const Error& error) {
        told(error);
      }
    }
  }

  MemoryTokenStore kept;
  std::vector<std::pair<Token, Told>> late;  ///< not written yet
  bool down = false;                         ///< it cannot be reached
  bool clockless = false;                    ///< it was never reached, and cannot be now
  bool silent = false;                       ///< it writes, and the answer is lost
  TokenId poison;                            ///< a token that it cannot write
  int reads = 0, writes = 0;

 private:
  MemoryTokenStore& reached() {
    if (down) throw Error{Errc::unavailable, "down"};
    return kept;
  }
};

/// A log that keeps what it is told as often as it is told.
class ToldLog final : public DeliveryLog {
 public:
  void append(std::span<const DeliveryRecord> records) override { told.insert(told.end(), records.begin(), records.end()); }
  void count(std::span<const RefusalRecord>) override {}
  std::vector<DeliveryRecord> of_token(const TokenId&, int) override { return told; }
  std::vector<RefusalRecord> refusals_of_token(const TokenId&, int) override { return {}; }
  std::int64_t prune(Time, int) override { return 0; }

  std::vector<DeliveryRecord> told;
};

/// Deliveries of one file that have been admitted, each of its own token unless a test says otherwise, and what becomes of
/// them. They begin at `start` and end at `later`.
class SettlementTest : public testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  static constexpr FileVersion file{.size = 1000, .mtime_ns = 7};
  static constexpr std::uint64_t whole = file.size;
  static constexpr Time start = from_unix(1'800'000'000), later = start + seconds{5};

  static TokenId id_of(int number) { return {"01890000-0000-7000-8000-" + std::to_string(100'000'000'000 + number)}; }
  static std::string name_of(int number) { return "delivery" + std::to_string(number); }

  void add_token(int number, std::int64_t max_uses = 1) {
    Token token = fresh_token(file, start, max_uses);
    token.id = id_of(number);
    token.digest = Digest::of(token.id.text);
    ASSERT_TRUE(store.add(token));
  }
  Token stored(int number) { return store.kept.find(id_of(number)).value(); }

  /// A delivery of the whole file, admitted as the routes do it.
  fcgi::AdmittedDelivery admit(int number, const std::string& name, Means means = Means::stream) {
    memory.set_now(start);
    const Wanted wanted{.delivery = name,
                        .ranges = {{.first = 0, .length = whole}},
                        .file = file,
                        .new_claim = "claim of " + name,
                        .means = means};
    const Admission admission = Enforcement{store.kept, pause}.admit(stored(number), wanted);
    EXPECT_NE(admission.kind, Admission::Kind::refused);
    memory.set_now(later);
    return {.token = id_of(number),
            .claim = admission.claim,
            .stored = admission.token,
            .delivery = {.id = name, .ranges = wanted.ranges, .started = start, .last_progress = start},
            .means = means,
            .dead = admission.dead};
  }
  /// The same of a new token of this number.
  fcgi::AdmittedDelivery begin(int number) {
    add_token(number);
    return admit(number, name_of(number));
  }
  /// One whose token is not known as it was stored: it went on for a while.
  static fcgi::AdmittedDelivery long_one(fcgi::AdmittedDelivery admitted) {
    admitted.stored.reset();
    return admitted;
  }

  void settle(fcgi::AdmittedDelivery admitted, std::uint64_t sent) {
    settle(std::move(admitted), {.outcome = sent == whole ? Outcome::complete : Outcome::aborted, .sent = sent});
  }
  void settle(fcgi::AdmittedDelivery admitted, const fcgi::Streamed& streamed) {
    settlement.settle(std::move(admitted), streamed, {});
  }
  void settle_the_rest() {
    while (settlement.due()) settlement.settle_again();
  }

  /// What the rules make of the token as it is stored now, by the end of a delivery.
  Token settled(const fcgi::AdmittedDelivery& admitted, std::uint64_t sent) {
    Token token = claimcheck::settle(store.kept.find(admitted.token).value(), fcgi::progress_of(admitted, sent), later).value();
    ++token.revision;
    return token;
  }

  /// What a thread that has this store works with; the rest it shares.
  fcgi::Services services_of(OddStore& own) {
    return {.site = site_,
            .policies = policies_,
            .storages = storages_,
            .places = places_,
            .circumstances = circumstances_,
            .tokens = own,
            .late_writes = own,
            .old_secrets = own.kept,
            .payments = payments_,
            .checks = checks_,
            .inspect = inspect_,
            .countries = nullptr,
            .country_rules = country_rules_,
            .limits = limits_,
            .allowances = allowances_,
            .purchase = purchase_,
            .sale_secret = sale_secret_,
            .clean_up = clean_up_,
            .stripe = stripe_,
            .read_payment_event = read_payment_event_,
            .keys = keys,
            .deliveries = log,
            .outbox = outbox_,
            .mail = mail_,
            .seal = nullptr,
            .story = story,
            .unsettled = unsettled,
            .checkpoints = checkpoints_,
            .rates = rates_,
            .crowds = crowds_,
            .personal = privacy_,
            .erasure = privacy_,
            .statistics = statistics_,
            .overview = overview_,
            .mail_log = outbox_,
            .meters = meters,
            .last_readings = last_readings_,
            .log = lines_,
            .ip_log = IpLog::anonymised,
            .random = random_,
            .pause = pause};
  }

  /// "delivery1 complete 1000" …, in alphabetical order: all that the log was told since the last time.
  Lines told() {
    story.flush(log, {});
    Lines lines;
    for (const DeliveryRecord& record : std::exchange(log.told, {}))
      lines.push_back(record.id + " " + to_string(record.outcome) + " " + std::to_string(record.sent));
    std::ranges::sort(lines);
    return lines;
  }
  /// How many lines of the request log tell of an event.
  std::ptrdiff_t logged(const std::string& event) const {
    const std::string text = read_file(folder_ / "log"), part = "\"event\":\"" + event + "\"";
    std::ptrdiff_t times = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
    return times;
  }

 private:
  TemporaryFolder folder_;
  const Site site_;
  const Policies policies_;
  const Storages storages_;
  const InspectPackage inspect_;
  const std::map<std::string, StorageSettings> places_;
  const fcgi::Circumstances circumstances_;
  fcgi::Checkpoints checkpoints_;
  fcgi::Rates rates_;
  fcgi::Crowds crowds_;
  const fcgi::Log lines_{(folder_ / "log").string(), fcgi::Level::debug};
  const Random random_ = secure_random();
  const MailSettings mail_;
  const Checks checks_;
  const CountrySettings country_rules_;
  const LimitSettings limits_;
  fcgi::Allowances allowances_;
  const PurchaseSettings purchase_;
  const std::string sale_secret_;
  const CleanUp clean_up_;
  const StripeSettings stripe_;
  const ReadPaymentEvent read_payment_event_;
  Memory mails_;
  MemoryOutbox outbox_{mails_};
  MemoryPayments payments_{mails_};
  MemoryPrivacy privacy_{mails_};
  MemoryStatistics statistics_{mails_};
  MemoryOverview overview_{mails_};
  fcgi::LastReadings last_readings_;

 protected:
  const Pause pause = [](std::chrono::milliseconds) {};
  Memory memory;
  OddStore store{memory};
  MemoryKeyStore keys{memory};
  ToldLog log;
  BufferedLog story;
  fcgi::Meters meters;
  fcgi::UnsettledDeliveries unsettled;
  const fcgi::Services services = services_of(store);
  fcgi::Settlement settlement{services};
};

}  // namespace claimcheck::test
