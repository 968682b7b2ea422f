#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/front_end.h"

namespace claimcheck::test {

/// Placeholders of a shipped file, and what a test puts in their place.
using Replacements = std::vector<std::pair<std::string, std::string>>;

/// A file of docs/servers with nothing changed but its placeholders. Throws if the comment at its head does not name one.
std::string shipped_file(const std::string& name, const Replacements& replacements);

/// Starts the web server that a file of docs/servers is for, with that file in a main configuration like Debian's, and waits
/// until it listens on site.port(). Apache gets the modules that Debian switches on and those that the file asks for.
/// @param socket        path of the worker's socket, where the file has one
/// @param more_modules  of Apache, beyond those
std::unique_ptr<FrontEnd> start_shipped(const std::string& name, Site& site, const std::string& socket,
                                        const std::vector<std::string>& more_modules = {});

}  // namespace claimcheck::test
