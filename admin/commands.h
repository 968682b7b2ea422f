#pragma once

#include <CLI/CLI.hpp>

#include "admin/context.h"
#include "core/error.h"

namespace claimcheck::admin {

// Each adds its nouns and verbs to the command line. What is asked for runs while CLI11 parses; it prints its result on
// standard output and throws Error for what cannot be done.

void add_token_commands(CLI::App& app, Options& options);  ///< issue, token list|show|extend|regenerate …
/// … revoke|restore, of the noun `token`.
void add_revocation_commands(CLI::App& token, Options& options);
void add_stats_command(CLI::App& app, Options& options);     ///< stats
void add_key_commands(CLI::App& app, Options& options);      ///< key add|list|revoke
void add_mail_commands(CLI::App& app, Options& options);     ///< mail list|take|sent|failed|retry
void add_message_command(CLI::App& app, Options& options);   ///< message send
void add_privacy_commands(CLI::App& app, Options& options);  ///< privacy export|erase
void add_site_commands(CLI::App& app, Options& options);     ///< lock …, site …
void add_setup_commands(CLI::App& app, Options& options);    ///< migrate, check
void add_log_feed_command(CLI::App& app, Options& options);  ///< log-feed
void add_validate_command(CLI::App& app, Options& options);  ///< validate
void add_publish_command(CLI::App& app, Options& options);   ///< publish
/// What a command throws that finds no token of an id.
Error no_such_token(const std::string& id);

/// doctor. `clock` is this machine's; `version` this program's.
void add_doctor_command(CLI::App& app, Options& options, const Clock& clock, const std::string& version);

}  // namespace claimcheck::admin
