#pragma once

#include <string>

#include "files/bucket/presigned.h"

namespace claimcheck::files {

/// Who asks a bucket of Amazon S3, or of a service that signs as it does.
struct AwsCredentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  ///< of temporary credentials; empty: there is none
  std::string region;         ///< "us-east-1"; "auto" at Cloudflare R2
};

/// Presigns with AWS Signature Version 4 for S3: the path is signed as it is, the body is not.
/// Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
Presigned presign_aws(const ObjectRequest& request, const AwsCredentials& credentials);

}  // namespace claimcheck::files
