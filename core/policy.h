#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/time.h"

namespace claimcheck {

/// When a visitor sees a page with a button instead of the file.
enum class Confirm {
  never,
  automatic,  ///< browsers (Accept has text/html), for tokens with limited uses
  always,
};

/// What to do when the file is not the one the token was issued for.
enum class OnChange { refuse, serve };

/// Whether a download is to be counted by what really went out, which only we know if we send it ourselves.
enum class Exact {
  automatic,  ///< tokens with limited uses, where the worker can send well; the rest is handed off
  always,     ///< never handed off
  never,      ///< always handed off, where the web server can
};

/// Who is told by mail that a file was fetched completely.
enum class Notify { nobody, customer, support };

/// Whether a link works only from where it was first used, or from where the issuer says its holder is.
enum class BindIp {
  off,
  exact,    ///< the one address
  network,  ///< its /24, or /64 of IPv6
};

/// What a file must be before a link to it is made.
enum class Validate {
  nothing,
  zip,  ///< a ZIP package that is whole and safe, see core/package.h
};

/// The rules that a token takes over from its policy when it is issued; later changes of the policy do not reach it.
struct Rules {
  seconds grace{3600};  ///< after expiry, how long an open claim may still be finished
  Confirm confirm = Confirm::automatic;
  OnChange on_change = OnChange::refuse;
  bool decrypt = true;        ///< files of an encrypted storage are served decrypted, else as they are stored
  bool delete_file = false;   ///< the cron removes the file once the token is expired or revoked
  double retry_budget = 1.0;  ///< repeats a use pays for, as a multiple of the file's size
  Exact exact = Exact::automatic;
  std::uint64_t rate = 0;      ///< bytes per second, shared by the deliveries of one claim; 0: as fast as can be
  std::uint64_t burst = 0;     ///< bytes that go out at once before the rate holds
  std::int64_t parallel = 64;  ///< deliveries of one claim at once; at most counting::deliveries_at_once
  seconds warn_before{0};      ///< how long before expiry its holder is warned by mail; 0: never
  Notify notify = Notify::nobody;
  std::int64_t requests_per_minute = 0;  ///< for the link, whoever asks; 0: any number
  BindIp bind_ip = BindIp::off;
  std::vector<std::string> countries;  ///< ISO 3166-1 codes from which it may be used; empty: all
  std::vector<std::string> checks;     ///< names of the checks that must hold, see core/check.h

  bool operator==(const Rules&) const = default;
};

/// A named set of rules in the configuration, with the values for new tokens.
struct Policy {
  std::string name;
  seconds ttl{24 * 3600};     ///< from issue to expiry
  std::int64_t max_uses = 1;  ///< 0 means unlimited
  /// What whoever issues or extends a link may ask for instead.
  seconds longest_ttl = limits::longest_ttl;
  std::int64_t most_uses = 0;  ///< 0: any number, and unlimited
  Validate validate = Validate::nothing;
  bool renew = false;  ///< whether the holder of a link that is over may have a new one mailed to its address
  Rules rules;

  bool operator==(const Policy&) const = default;
};

/// By name.
using Policies = std::map<std::string, Policy>;

}  // namespace claimcheck
