#pragma once

namespace claimcheck::cron {

/// Whether a job changes anything.
enum class Mode { real, dry_run };

}  // namespace claimcheck::cron
