#include "files/bucket/aws_signature.h"

#include "core/hmac.h"

namespace claimcheck::files {

Presigned presign_aws(const ObjectRequest& request, const AwsCredentials& credentials) {
  const std::string service = "s3", ending = "aws4_request";
  SignatureDialect dialect{.algorithm = "AWS4-HMAC-SHA256",
                           .letters = "X-Amz-",
                           .account = credentials.access_key,
                           .scope = credentials.region + "/" + service + "/" + ending,
                           .more = {},
                           .payload_field = "x-amz-content-sha256",
                           .sign = [&](const std::string& date, const std::string& text) {
                             std::string key = "AWS4" + credentials.secret_key;
                             for (const std::string& part : {date, credentials.region, service, ending})
                               key = hmac_sha256(key, part);
                             return hmac_sha256_hex(key, text);
                           }};
  if (!credentials.session_token.empty()) dialect.more.emplace_back("X-Amz-Security-Token", credentials.session_token);
  return presign(request, dialect);
}

}  // namespace claimcheck::files
