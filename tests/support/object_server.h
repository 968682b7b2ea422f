#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.h"
#include "tests/support/api_server.h"
#include "tests/support/process.h"

namespace claimcheck::test {

/// How an ObjectServer is to answer for a while.
struct Misbehaviour {
  /// "status" (`number` is it), "hang", "slow-head", "slow-body", "cut" (after `number` bytes), "close", "reset", "garbage",
  /// "redirect", "change" (the object becomes another), "wrong-length" (`number` bytes more than there are), "no-length",
  /// "no-ranges".
  std::string way;
  std::string method = {};  ///< only of this one
  std::int64_t number = 0;
  std::int64_t times = 1'000'000;  ///< then it is good again
};

/// A server of buckets on a free loopback port that checks signatures by itself: see object_server.py. It has one bucket,
/// "releases".
class ObjectServer {
 public:
  /// Plain HTTP, or HTTPS with the certificate of that name that `authority` issued.
  ObjectServer();
  ObjectServer(const Authority& authority, const std::string& name);

  /// "http://127.0.0.1:PORT" or "https://localhost:PORT".
  std::string endpoint() const;
  /// Settings that open the bucket. @param kind  "gcs" or "s3"
  StorageSettings settings(const std::string& kind) const;
  /// The same as TOML.
  std::string toml(const std::string& kind, const std::string& name, const std::string& more = {}) const;

  /// Puts an object into the bucket, whole or not at all.
  void put(const std::string& key, const std::string& content);
  void remove(const std::string& key);
  void behave(const Misbehaviour& misbehaviour);
  void behave_well() { behave({}); }

  /// What was asked: {method, target, headers}.
  std::vector<nlohmann::json> requests() const;
  std::size_t count(const std::string& method) const;

 private:
  ObjectServer(std::vector<std::string> more, std::string scheme_and_host);

  TemporaryFolder folder_;
  int port_;
  std::string scheme_and_host_, ca_file_;
  std::optional<Process> process_;
  int said_ = 0;
};

}  // namespace claimcheck::test
