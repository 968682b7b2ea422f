#pragma once

#include <cstdint>
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

/// A place that keeps files, as the configuration says it.
struct StorageSettings {
  std::string kind = "directory";
  std::string root;                  ///< absolute path
  HandOff hand_off = HandOff::none;  ///< who sends its files
  std::string url;                   ///< URL path of the folder, for hand-offs that need one
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
  enum class Security { starttls, tls, none };

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

}  // namespace claimcheck
