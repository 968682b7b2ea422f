#include "config/setters.h"
#include "core/named_query.h"

namespace claimcheck::config {
namespace {

constexpr std::int64_t most_wrong = 1'000'000'000;

Wrong is_refusal(const std::string& word) {
  if (word.empty() || word == "not_ready" || word == "payment_required" || word == "file_not_attached") return std::nullopt;
  return "must be \"not_ready\", \"payment_required\" or \"file_not_attached\"";
}

Wrong is_query_or_empty(const std::string& query) {
  return query.empty() ? std::nullopt : wrong_query(query);
}

Wrong is_store_url_or_empty(const std::string& url) {
  return url.empty() ? std::nullopt : is_store_url(url);
}

Wrong is_currency_or_empty(const std::string& code) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
  if (code.empty() || (code.size() == 3 && code.find_first_not_of(letters) == std::string::npos)) return std::nullopt;
  return "must be a currency's code of three small letters, such as \"usd\"";
}

}  // namespace

const std::vector<Setting<CheckSettings>>& check_settings() {
  using Kind = CheckSettings::Kind;
  using Mode = CheckSettings::Mode;
  using Email = CheckSettings::Email;
  static const std::vector<Setting<CheckSettings>> settings{
      {"kind", "\"sql\"",
       "Who is asked: \"sql\" (a database of the site), \"stripe\" (a payment), \"hook\" (a program of yours).",
       choice<CheckSettings, Kind>({{"sql", Kind::sql}, {"stripe", Kind::stripe}, {"hook", Kind::hook}},
                                   [](CheckSettings& check) -> Kind& { return check.kind; })},
      {"query", "",
       "sql: one SELECT of one value, with :name for the token's facts and :email, :file, :storage, :token. True means yes, "
       "false or no row refuses, NULL means not yet.",
       text(&CheckSettings::query, is_query_or_empty)},
      {"database", "\"\"", "sql: the database, written like [store] url; without it the store's own.",
       text(&CheckSettings::database, is_store_url_or_empty)},
      {"password", "\"\"", "sql: the password of `database`; \"@/path\" reads it from a file.",
       text(&CheckSettings::password, anything)},
      {"refuse_as", "\"\"",
       "What a visitor is told if the condition does not hold: \"not_ready\" (sql's default), \"payment_required\" (the "
       "default of the others) or \"file_not_attached\".",
       text(&CheckSettings::refuse_as, is_refusal)},
      {"url", "\"\"", "hook: where the token's facts are posted as JSON; 2xx means yes, 4xx no, 425 not yet.",
       text(&CheckSettings::url, is_web_url_or_empty)},
      {"secret_key", "\"\"", "stripe: the API key; hook: a key that signs what is posted. \"@/path\" reads it from a file.",
       text(&CheckSettings::secret_key, anything)},
      {"api", "\"https://api.stripe.com\"", "stripe: the API's address.", text(&CheckSettings::api, is_web_url_or_empty)},
      {"amount", "0", "stripe: the least that must have been paid, in the currency's smallest unit.",
       count(&CheckSettings::amount, 0, 1'000'000'000'000)},
      {"currency", "\"\"", "stripe: the currency, such as \"usd\"; empty: any.",
       text(&CheckSettings::currency, is_currency_or_empty)},
      {"mode", "\"live\"", "stripe: whether \"live\" or \"test\" payments count.",
       choice<CheckSettings, Mode>({{"live", Mode::live}, {"test", Mode::test}},
                                   [](CheckSettings& check) -> Mode& { return check.mode; })},
      {"email", "\"match\"",
       "stripe: whether the payer's address must be the token's (\"match\") or is no matter (\"ignore\").",
       choice<CheckSettings, Email>({{"match", Email::match}, {"ignore", Email::ignore}},
                                    [](CheckSettings& check) -> Email& { return check.email; })},
      {"ca_file", "\"\"", "stripe, hook: a file of authorities to believe instead of the system's.",
       text(&CheckSettings::ca_file, is_absolute_or_empty)},
      {"private_addresses", "false", "stripe, hook: whether the server may be in a private network, or on this machine.",
       flag<CheckSettings>([](CheckSettings& check) -> bool& { return check.private_addresses; })},
      {"timeout", "\"5s\"", "How long an answer may take; after that the visitor is asked to try again.",
       duration<CheckSettings>([](CheckSettings& check) -> seconds& { return check.timeout; }, seconds{1}, seconds{5})},
      {"remember", "\"5s\"", "stripe, hook: how long an answer counts for the next request.",
       duration<CheckSettings>([](CheckSettings& check) -> seconds& { return check.remember; }, seconds{0}, seconds{60})},
  };
  return settings;
}

const std::vector<Setting<CountrySettings>>& country_settings() {
  static const std::vector<Setting<CountrySettings>> settings{
      {"database", "\"\"",
       "A MaxMind file of countries, such as /usr/share/GeoIP/GeoLite2-Country.mmdb; read again when it changes.",
       text(&CountrySettings::database, is_absolute_or_empty)},
      {"allow_without_country", "false", "Whether addresses may pass that the file knows, but no country of.",
       flag<CountrySettings>([](CountrySettings& countries) -> bool& { return countries.allow_without_country; })},
      {"allow_unknown", "false", "Whether addresses may pass that the file does not know.",
       flag<CountrySettings>([](CountrySettings& countries) -> bool& { return countries.allow_unknown; })},
  };
  return settings;
}

const std::vector<Setting<LimitSettings>>& limit_settings() {
  static const std::vector<Setting<LimitSettings>> settings{
      {"guesses_per_minute", "30",
       "How many links that lead nowhere may be opened in a minute from one network (/24, or /64 of IPv6). Right ones work "
       "from there all the same.",
       count(&LimitSettings::guesses_per_minute, 1, most_wrong)},
      {"failed_keys_per_minute", "10", "The same of API keys that are none.",
       count(&LimitSettings::failed_keys_per_minute, 1, most_wrong)},
  };
  return settings;
}

}  // namespace claimcheck::config
