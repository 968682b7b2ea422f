#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/settings.h"
#include "core/storage.h"
#include "core/time.h"
#include "files/bucket/places.h"
#include "files/bucket/presigned.h"
#include "net/resolver.h"

namespace claimcheck::files {

/// Makes the signed URL of a request. Safe to share between threads. Throws Error{unavailable} if nothing can be signed.
using Presign = std::function<std::string(const ObjectRequest&)>;

/// What buckets work with.
struct BucketPorts {
  Clock now;
  net::Resolve resolve;
  std::shared_ptr<Places> places;  ///< files that are open at once; each may have a thread, a connection and a buffer
};

/// A storage whose files are the objects of a bucket. open() asks for size, time and ETag; what is read is fetched ahead in
/// ranges of that very version. A request is presigned, so nothing secret but its URL leaves the process. Faults tell the
/// bucket, the host and the status, and no URL.
/// @param endpoint  as in object_address(); settings.endpoint is not looked at
std::unique_ptr<Storage> open_bucket(const StorageSettings& settings, const std::string& endpoint, Presign presign,
                                     BucketPorts ports);

/// Kind "s3": Amazon's, and services that sign as it does, such as MinIO, Cloudflare R2 and Backblaze B2.
std::unique_ptr<Storage> open_s3(const StorageSettings& settings, BucketPorts ports);

/// Kind "gcs": Google's. If the service account's file cannot be read every call says so.
std::unique_ptr<Storage> open_gcs(const StorageSettings& settings, BucketPorts ports);

}  // namespace claimcheck::files
