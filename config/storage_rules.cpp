#include "config/storage_rules.h"

namespace claimcheck::config {

bool is_bucket(const StorageSettings& storage) {
  return storage.kind == "gcs" || storage.kind == "s3";
}

std::vector<std::string> faults_of(const StorageSettings& storage) {
  std::vector<std::string> faults;
  const auto require = [&](bool holds, const char* what) {
    if (!holds) faults.emplace_back(what);
  };
  if (!is_bucket(storage)) {
    require(storage.kind != "encrypted" || storage.hand_off == HandOff::none,
            "delivery must be \"stream\": the web server cannot decrypt");
    require(storage.hand_off != HandOff::redirect, "delivery \"redirect\" needs a bucket: kind \"gcs\" or \"s3\"");
    return faults;
  }
  require(storage.root.empty(), "root is for folders; a bucket has a prefix");
  require(storage.hand_off == HandOff::none || storage.hand_off == HandOff::redirect,
          "delivery must be \"stream\" or \"redirect\": the web server has no files of a bucket");
  require(!storage.bucket.empty(), "bucket is missing");
  require(storage.kind != "s3" || (!storage.access_key.empty() && !storage.secret_key.empty()),
          "access_key and secret_key are missing");
  require(storage.kind != "gcs" || !storage.service_account.empty(),
          "service_account is missing: the path of an account's JSON key file");
  require(storage.url_style != UrlStyle::bound || !storage.endpoint.empty(), "url_style \"bound\" needs an endpoint");
  require(!storage.endpoint.starts_with("http://") || storage.private_addresses,
          "endpoint with http:// is for private networks only, and needs private_addresses = true");
  return faults;
}

}  // namespace claimcheck::config
