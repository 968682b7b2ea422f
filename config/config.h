#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/network.h"
#include "core/policy.h"
#include "core/settings.h"
#include "core/site.h"

namespace claimcheck::config {

struct Log {
  std::string file;  ///< empty: standard error, which the web server or systemd keeps
  std::string level = "info";
  IpLog ip_log = IpLog::anonymised;
  seconds retention{90LL * 24 * 3600};        ///< of what the database says about deliveries and refusals
  seconds token_retention{30LL * 24 * 3600};  ///< of tokens that have ended
};

struct Worker {
  std::string listen;  ///< empty: FastCGI on descriptor 0, or CGI
  std::int64_t threads = 8;
  seconds read_timeout{10};                         ///< for one request to arrive
  seconds stall_timeout{40};                        ///< a client that takes no byte for so long is given up
  std::uint64_t slowest = 0;                        ///< bytes per second; a client that takes fewer over a minute is given up
  std::uint64_t exact_up_to = 64ULL * 1024 * 1024;  ///< under mod_fcgid and CGI, files to stream rather than hand off
  seconds drain{30};                                ///< after SIGTERM, for running downloads to finish
};

struct Config {
  std::filesystem::path folder;  ///< where the configuration file lies
  std::filesystem::path file;    ///< the file itself; empty if it was none
  Site site;
  StoreSettings store;  ///< an empty url means an SQLite file beside the configuration
  std::map<std::string, StorageSettings> storages;
  std::map<std::string, ProfileSettings> profiles;  ///< by id: keys of encrypted storages
  Policies policies;                                ///< always has "default"
  Log log;
  Worker worker;
  MailSettings mail;
  std::vector<OrphanSettings> orphans;
  std::map<std::string, CheckSettings> checks;
  CountrySettings countries;
  LimitSettings limits;
  PurchaseSettings purchase;
  StripeSettings stripe;
};

/// One thing that is wrong with a configuration file, and how to mend it.
struct Fault {
  int line = 0;  ///< 0 if no line is to blame
  std::string message;
};

/// A configuration and everything that is wrong with it; usable only if `faults` is empty.
struct Parsed {
  Config config;
  std::vector<Fault> faults;
};

/// URL paths beside the prefix that lead to the worker: those of the interfaces that are in use.
std::vector<std::string> paths_beside(const Config& config);

/// The check of a policy that proves a payment; nullptr if there is no such policy, or it has none.
const CheckSettings* payment_check(const Config& config, const std::string& policy);

/// Reads TOML text. Reports all faults together: unknown tables and keys, wrong types, values out of range, missing settings.
/// @param folder  of the file: where the default store lies. Values "@/path" are replaced by that file's first line.
Parsed parse(std::string_view text, const std::filesystem::path& folder);

/// Reads a file. A file that cannot be read is a fault too.
Parsed load(const std::filesystem::path& path);

/// Where the configuration is: `given` if not empty, else $CLAIMCHECK_CONFIG (`from_environment`), else claimcheck.toml in the
/// folder of `executable` or any folder above it (or in a folder "claimcheck" there: web servers often give programs no home
/// directory), in `home`/claimcheck, or in /etc/claimcheck.
/// @return nothing if there is none.
std::optional<std::filesystem::path> find(const std::string& given, const std::string& from_environment,
                                          const std::filesystem::path& executable, const std::filesystem::path& home);

/// Finds and loads the configuration of this process. Prints every fault as "error: FILE:LINE: …" with a hint on standard
/// error. @return nothing if there were any.
std::optional<Config> load_or_explain(const std::string& given);

/// A commented configuration file with every setting at its default, made from the table of settings.
std::string example();
/// docs/configuration.md, made from the same table.
std::string reference();

}  // namespace claimcheck::config
