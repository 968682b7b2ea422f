#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace claimcheck::test {

/// The account of the web site. A web server that is started as root hands its children over to www-data, so the site's files
/// and our own programs belong to www-data then; otherwise everything is done as whoever runs the tests.
bool site_has_own_user();

/// The command, run by the site's user.
std::vector<std::string> as_site_user(std::vector<std::string> argv);

/// Makes the site's user the owner of a file, or of a folder and all it holds.
void give_to_site_user(const std::filesystem::path& path);

/// A copy of a file of the project where that user can read and run it, kept as long as this process: he may be kept out of the
/// folder that it lies in.
std::filesystem::path copy_for_site_user(const std::filesystem::path& file);

}  // namespace claimcheck::test
