#include "files/open_storages.h"

#include <chrono>

#include "core/error.h"
#include "files/backup/encrypted.h"
#include "files/bucket/bucket.h"
#include "files/directory.h"

namespace claimcheck::files {
namespace {

constexpr std::size_t most_open_in_buckets = 256;
/// Less than web servers wait for an answer; a file of twenty gigabytes is verified in that time.
constexpr std::chrono::seconds patience{20};

std::unique_ptr<Storage> open(const StorageSettings& settings, const BackupKeys& keys, const BucketPorts& ports) {
  if (settings.kind == "directory") return open_directory(settings.root);
  if (settings.kind == "encrypted") return open_encrypted(settings.root, keys, patience);
  if (settings.kind == "gcs") return open_gcs(settings, ports);
  if (settings.kind == "s3") return open_s3(settings, ports);
  throw Error{Errc::bad_request, "there is no storage of kind " + settings.kind};
}

}  // namespace

Storages open_storages(const std::map<std::string, StorageSettings>& settings,
                       const std::map<std::string, ProfileSettings>& profiles, const Clock& now) {
  const BackupKeys keys = backup_keys(profiles);
  const BucketPorts ports{
      .now = now, .resolve = net::system_resolver(), .places = std::make_shared<Places>(most_open_in_buckets)};
  Storages storages;
  for (const auto& [name, each] : settings) storages.emplace(name, open(each, keys, ports));
  return storages;
}

}  // namespace claimcheck::files
