#pragma once

#include <filesystem>

#include "htaccess/finding.h"

namespace claimcheck::htaccess {

/// What suEXEC would refuse about the worker in a folder: it or the folder can be written by group or others, it is a symbolic
/// link, or the two have different owners. Empty if it would run, or if there is none.
/// Source: httpd support/suexec.c, "suEXEC Security Model" steps 12 to 18.
Findings check_worker_files(const std::filesystem::path& folder);

/// Whether nobody but its owner (and group) can read a file that holds secrets, and nobody else can write it; and whether it
/// lies outside the document root.
Findings check_secret_file(const std::filesystem::path& file, const std::filesystem::path& docroot);

}  // namespace claimcheck::htaccess
