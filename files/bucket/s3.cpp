#include <fmt/format.h>

#include <utility>

#include "files/bucket/aws_signature.h"
#include "files/bucket/bucket.h"

namespace claimcheck::files {

std::unique_ptr<Storage> open_s3(const StorageSettings& settings, BucketPorts ports) {
  const std::string endpoint =
      settings.endpoint.empty() ? fmt::format("https://s3.{}.amazonaws.com", settings.region) : settings.endpoint;
  AwsCredentials credentials{.access_key = settings.access_key,
                             .secret_key = settings.secret_key,
                             .session_token = settings.session_token,
                             .region = settings.region};
  return open_bucket(
      settings, endpoint,
      [credentials = std::move(credentials)](const ObjectRequest& request) { return presign_aws(request, credentials).url; },
      std::move(ports));
}

}  // namespace claimcheck::files
