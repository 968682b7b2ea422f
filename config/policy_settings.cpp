#include "config/setters.h"
#include "core/counting.h"
#include "core/quantity.h"

namespace claimcheck::config {
namespace {

using limits::most_uses;
constexpr auto most_parallel = static_cast<std::int64_t>(counting::deliveries_at_once);

Wrong is_country(const std::string& code) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (code.size() == 2 && code.find_first_not_of(letters) == std::string::npos) return std::nullopt;
  return "is no country's code of two capital letters (ISO 3166-1), such as DE";
}

Wrong set_retry_budget(Policy& policy, const Value& value) {
  const auto* real = std::get_if<double>(&value);
  const auto* whole = std::get_if<std::int64_t>(&value);
  const double budget = real != nullptr ? *real : whole != nullptr ? static_cast<double>(*whole) : -1.0;
  if (!(budget >= 0.0 && budget <= 100.0)) return "must be a number from 0 to 100";
  policy.rules.retry_budget = budget;
  return std::nullopt;
}

}  // namespace

const std::vector<Setting<Policy>>& policy_settings() {
  static const std::vector<Setting<Policy>> settings{
      {"ttl", "\"24h\"", "How long a new link works.",
       duration<Policy>([](Policy& policy) -> seconds& { return policy.ttl; }, seconds{1}, longest_ttl)},
      {"longest_ttl", "\"3650d\"", "How long a link may work if whoever makes or extends it asks for another time.",
       duration<Policy>([](Policy& policy) -> seconds& { return policy.longest_ttl; }, seconds{1}, longest_ttl)},
      {"max_uses", "1", "How many downloads a link is good for; 0 means any number.", count(&Policy::max_uses, 0, most_uses)},
      {"most_uses", "0", "How many downloads whoever makes or extends a link may ask for; 0 means any number.",
       count(&Policy::most_uses, 0, most_uses)},
      {"grace", "\"1h\"", "How long after expiry a download that was begun before may still be finished.",
       duration<Policy>([](Policy& policy) -> seconds& { return policy.rules.grace; }, seconds{0}, longest_ttl)},
      {"confirm", "\"auto\"",
       "Whether a visitor sees a page with a button first: \"never\", \"always\", or \"auto\" (browsers, if uses are limited).",
       choice<Policy, Confirm>({{"never", Confirm::never}, {"auto", Confirm::automatic}, {"always", Confirm::always}},
                               [](Policy& policy) -> Confirm& { return policy.rules.confirm; })},
      {"on_change", "\"refuse\"", "If the file is not the one that the link was made for: \"refuse\" or \"serve\" it as it is.",
       choice<Policy, OnChange>({{"refuse", OnChange::refuse}, {"serve", OnChange::serve}},
                                [](Policy& policy) -> OnChange& { return policy.rules.on_change; })},
      {"decrypt", "true",
       "Whether files of an encrypted storage are served decrypted; else as they are stored, with what is needed to decrypt "
       "them.",
       flag<Policy>([](Policy& policy) -> bool& { return policy.rules.decrypt; })},
      {"delete_file", "false", "Whether claimcheck-cron removes the file when no link leads to it any more.",
       flag<Policy>([](Policy& policy) -> bool& { return policy.rules.delete_file; })},
      {"retry_budget", "1.0", "What a use pays for beyond one complete copy, as a multiple of the file's size.",
       set_retry_budget},
      {"exact", "\"auto\"",
       "Whether downloads are counted by what really went out: \"always\" (the worker streams), \"never\" (the web server "
       "sends, where `delivery` lets it), or \"auto\" (streamed if uses are limited, under mod_fcgid and CGI up to "
       "exact_up_to).",
       choice<Policy, Exact>({{"auto", Exact::automatic}, {"always", Exact::always}, {"never", Exact::never}},
                             [](Policy& policy) -> Exact& { return policy.rules.exact; })},
      {"rate", "\"0\"", "The most bytes a second for one download, its parallel parts together; such as \"2 MB/s\".",
       bytes<Policy>(
           parse_rate, [](Policy& policy) -> std::uint64_t& { return policy.rules.rate; }, "2 MB/s")},
      {"burst", "\"0\"", "What goes out at full speed before `rate` holds, such as \"4 MB\".",
       bytes<Policy>(
           parse_size, [](Policy& policy) -> std::uint64_t& { return policy.rules.burst; }, "4 MB")},
      {"parallel", "64", "How many parts of one download may be fetched at the same time.",
       number<Policy>([](Policy& policy) -> auto& { return policy.rules.parallel; }, 1, most_parallel)},
      {"warn_before", "\"0s\"",
       "How long before expiry its holder is warned by mail if the file was not fetched completely, such as \"6h\"; \"0s\": "
       "never.",
       duration<Policy>([](Policy& policy) -> seconds& { return policy.rules.warn_before; }, seconds{0}, longest_ttl)},
      {"notify", "\"nobody\"", "Who gets a mail when a file was fetched completely: \"nobody\", \"customer\" or \"support\".",
       choice<Policy, Notify>({{"nobody", Notify::nobody}, {"customer", Notify::customer}, {"support", Notify::support}},
                              [](Policy& policy) -> Notify& { return policy.rules.notify; })},
      {"renew", "false",
       "Whether the page of a link that has expired or is used up offers to mail a new one to the address that the link was "
       "issued to, once a day at most; needs [mail].",
       flag<Policy>([](Policy& policy) -> bool& { return policy.renew; })},
      {"validate", "\"none\"",
       "What a file must be before a link to it is made: \"zip\" (a ZIP archive that is whole and safe to extract, see "
       "validation.md), or \"none\".",
       choice<Policy, Validate>({{"none", Validate::nothing}, {"zip", Validate::zip}},
                                [](Policy& policy) -> Validate& { return policy.validate; })},
      {"checks", "[]", "Names of the [check.NAME] tables whose conditions must hold whenever the link is opened.",
       texts<Policy>([](Policy& policy) -> auto& { return policy.rules.checks; }, anything, "[\"payment\"]")},
      {"requests_per_minute", "0", "How often one link may be opened in a minute, whoever does it; 0 means any number.",
       number<Policy>([](Policy& policy) -> auto& { return policy.rules.requests_per_minute; }, 0, 100'000)},
      {"bind_ip", "\"off\"",
       "Whether a link works only from where it was first used, or from the address that was given when it was made: "
       "\"exact\" (that address), \"network\" (its /24, or /64 of IPv6), or \"off\".",
       choice<Policy, BindIp>({{"off", BindIp::off}, {"exact", BindIp::exact}, {"network", BindIp::network}},
                              [](Policy& policy) -> BindIp& { return policy.rules.bind_ip; })},
      {"countries", "[]",
       "Countries from which the link works, such as [\"DE\", \"FR\"]; needs [countries] database. Empty: all.",
       texts<Policy>([](Policy& policy) -> auto& { return policy.rules.countries; }, is_country, "[\"DE\", \"FR\"]")},
  };
  return settings;
}

}  // namespace claimcheck::config
