#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/hand_off.h"
#include "core/time.h"

namespace claimcheck {

/// Where tokens are kept, as the configuration says it.
struct StoreSettings {
  std::string url;  ///< "sqlite:/path/claimcheck.db" or "mysql://user@host:3306/database"
  std::string password;
  std::string table_prefix = "claimcheck_";
};

/// How a bucket's name becomes part of its objects' URLs.
enum class UrlStyle {
  path,          ///< https://ENDPOINT/BUCKET/KEY
  virtual_host,  ///< https://BUCKET.ENDPOINT/KEY
  bound,         ///< https://ENDPOINT/KEY: the endpoint's host is the bucket's own
};

/// A place that keeps files, as the configuration says it. Which members count depends on `kind`.
struct StorageSettings {
  std::string kind = "directory";
  std::string root;                  ///< absolute path; empty for buckets
  HandOff hand_off = HandOff::none;  ///< who sends its files
  std::string url;                   ///< URL path of the folder, for hand-offs that need one

  // Of buckets, kinds "gcs" and "s3".
  std::string bucket;
  std::string endpoint;  ///< "https://s3.example.com"; empty: Google's, or Amazon's in `region`
  std::string region = "us-east-1";
  UrlStyle url_style = UrlStyle::path;
  std::string prefix;  ///< what the keys of all its files begin with, such as "releases/"
  std::string access_key, secret_key, session_token;
  std::string service_account;     ///< gcs: absolute path of the account's JSON key file
  std::string ca_file;             ///< empty: the system's authorities
  bool private_addresses = false;  ///< whether the endpoint may be in a private network
  seconds url_lifetime{3600};      ///< of the URLs that visitors are redirected to, at most
};

/// A key that backups are encrypted with, as the configuration says it.
struct ProfileSettings {
  std::string key;         ///< 64 hexadecimal digits, or "IV:TAG:CIPHERTEXT", which `system_key` opens
  std::string system_key;  ///< 64 hexadecimal digits
};

/// Files that nobody will ask for any more, as the configuration describes them.
struct OrphanSettings {
  std::string folder;                 ///< absolute path
  std::vector<std::string> patterns;  ///< of names, such as "*.part"
  seconds older_than{24 * 3600};
};

/// How mail leaves, as the configuration says it.
struct MailSettings {
  enum class Transport {
    off,   ///< no mail is written
    none,  ///< mails wait in the outbox for another program
    smtp,
    sendmail,
  };
  enum class Security {
    starttls,  ///< TLS after STARTTLS; no mail goes to a server that does not offer it
    tls,       ///< TLS from the start
    none,      ///< for a relay on the same host
  };

  Transport transport = Transport::off;
  std::string from;  ///< "Example <downloads@example.com>"
  std::string reply_to;
  std::string host;  ///< of the SMTP server
  std::int64_t port = 587;
  Security security = Security::starttls;
  std::string user, password;
  std::string ca_file;  ///< empty: the system's authorities
  std::string program = "/usr/sbin/sendmail";
  std::int64_t per_run = 20;
  std::int64_t per_hour = 50;
  std::uint64_t attach_up_to = 1024ULL * 1024;  ///< bytes of a file that a message carries itself
  std::string templates;                        ///< folder; empty: the ones compiled in
  std::string key;  ///< seals what waits in the outbox; empty: the file mail.key beside the configuration
};

/// A condition outside a token, as the configuration says it. Which members count depends on `kind`.
struct CheckSettings {
  enum class Kind { sql, stripe, hook };
  enum class Mode { live, test };
  enum class Email { match, ignore };

  Kind kind = Kind::sql;
  std::string query;       ///< sql: one SELECT with `:name` for the token's facts
  std::string database;    ///< sql: like [store] url; empty: the store's own
  std::string password;    ///< sql: of that database
  std::string refuse_as;   ///< the error that a visitor meets if it does not hold; empty: what suits the kind
  std::string url;         ///< hook: what is asked
  std::string secret_key;  ///< stripe: the API key; hook: signs what is posted
  std::string api = "https://api.stripe.com";
  std::int64_t amount = 0;  ///< stripe: the least that was paid, in the currency's smallest unit
  std::string currency;     ///< stripe: "usd"
  Mode mode = Mode::live;
  Email email = Email::match;      ///< stripe: whether the payer's address must be the token's
  std::string ca_file;             ///< stripe, hook: empty: the system's authorities
  bool private_addresses = false;  ///< stripe, hook: whether the address may be in a private network
  seconds timeout{5};
  seconds remember{5};  ///< stripe, hook: how long an answer counts
};

/// Where visitors may be, as the configuration says it.
struct CountrySettings {
  std::string database;                ///< a MaxMind file; empty: no countries are known
  bool allow_without_country = false;  ///< addresses that the database knows, but no country of
  bool allow_unknown = false;          ///< addresses that the database does not know
};

/// How often somebody may be wrong, as the configuration says it.
struct LimitSettings {
  std::int64_t guesses_per_minute = 30;      ///< links that lead nowhere, for each network of clients
  std::int64_t failed_keys_per_minute = 10;  ///< API keys that are none, likewise
};

/// A file to sell, for one platform.
struct ProductSettings {
  std::string storage;   ///< empty: the only one there is
  std::string file;      ///< path beneath its root
  std::string filename;  ///< what the customer's copy is called; empty: the file's own name
  std::string version;
};

/// The interface for shops that sell software, as the configuration says it.
struct PurchaseSettings {
  std::string policy;                ///< of the links it makes; empty: there is no such interface
  bool browsers = false;             ///< whether browsers may ask for links, without a key: the policy's payment check decides
  std::vector<std::string> origins;  ///< of pages that may ask, such as "https://shop.example.com"
  std::map<std::string, ProductSettings> products;  ///< by platform: "macos", "windows", "linux"
};

/// What is done about Stripe's events, as the configuration says it.
struct StripeSettings {
  std::vector<std::string> webhook_secrets;  ///< any of them may have signed; empty: no events are taken
  std::string policy;                        ///< of links for what was paid; empty: none are made
  std::string storage, file;                 ///< of such a link, unless the payment's metadata name a platform
};

}  // namespace claimcheck
