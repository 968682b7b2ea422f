#pragma once

#include <string>

#include "config/config.h"
#include "core/time.h"
#include "htaccess/canaries.h"
#include "htaccess/fetch.h"
#include "htaccess/finding.h"
#include "htaccess/premises.h"

namespace claimcheck::admin {

/// What the doctor is asked to look at.
struct Consultation {
  std::string url;      ///< instead of [site] url
  std::string docroot;  ///< instead of a guess
  std::string worker_dir;
  Clock clock;          ///< this machine's
  std::string version;  ///< this program's
};

/// What a configuration and the folders it names tell about the site.
htaccess::Premises premises_of(const config::Config& config, const Consultation& consultation);

/// Looks at everything. Changes nothing but what it removes again: canaries, links and a key of its own; and notes in the
/// database how it stands with the lock.
htaccess::Findings examine(const config::Config& config, const Consultation& consultation, htaccess::Canaries& canaries,
                           const htaccess::Fetch& fetch);

}  // namespace claimcheck::admin
