#include <fstream>
#include <iterator>
#include <utility>

#include "core/error.h"
#include "files/bucket/bucket.h"
#include "files/bucket/gcs_signature.h"

namespace claimcheck::files {
namespace {

ServiceAccount read_account(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw Error{Errc::unavailable, "the service account's file " + path + " cannot be read"};
  return ServiceAccount{std::string{std::istreambuf_iterator<char>{file}, {}}};
}

Presign presign_as(const std::string& path) {
  try {
    return [account = read_account(path)](const ObjectRequest& request) { return presign_gcs(request, account).url; };
  } catch (const Error& error) {
    const std::string fault = error.what();
    return [fault](const ObjectRequest&) -> std::string { throw Error{Errc::unavailable, fault}; };
  }
}

}  // namespace

std::unique_ptr<Storage> open_gcs(const StorageSettings& settings, BucketPorts ports) {
  const std::string endpoint = settings.endpoint.empty() ? "https://storage.googleapis.com" : settings.endpoint;
  return open_bucket(settings, endpoint, presign_as(settings.service_account), std::move(ports));
}

}  // namespace claimcheck::files
