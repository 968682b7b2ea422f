#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.h"
#include "files/bucket/aws_signature.h"
#include "files/bucket/gcs_signature.h"

namespace claimcheck::files {
namespace {

using nlohmann::json;

std::string text_of(const std::string& file) {
  std::ifstream stream{std::string{CLAIMCHECK_SOURCE_DIR} + "/tests/data/" + file};
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

Fields fields_of(const json& object) {
  Fields fields;
  for (const auto& [name, value] : object.items()) fields.emplace_back(name, value.get<std::string>());
  return fields;
}

const ServiceAccount& test_account() {
  static const ServiceAccount account{text_of("gcs-v4/test_service_account.not-a-test.json")};
  return account;
}

/// What a client library would make of a case's ways to name a host, of which the first that is given counts.
std::string endpoint_of(const json& test) {
  std::string host = "storage.googleapis.com";
  if (test.contains("universeDomain")) host = "storage." + test.at("universeDomain").get<std::string>();
  for (const char* name : {"emulatorHostname", "clientEndpoint", "hostname", "bucketBoundHostname"})
    if (test.contains(name)) host = test.at(name);
  if (host.find("://") != std::string::npos) return host;
  return test.value("scheme", "https") + "://" + host;
}

UrlStyle style_of(const json& test) {
  const std::string word = test.value("urlStyle", "PATH_STYLE");
  if (word == "VIRTUAL_HOSTED_STYLE") return UrlStyle::virtual_host;
  return word == "BUCKET_BOUND_HOSTNAME" ? UrlStyle::bound : UrlStyle::path;
}

TEST(GcsSignature, IsGooglesInAllOfTheirCases) {
  const json suite = json::parse(text_of("gcs-v4/v4_signatures.json"));
  for (const json& test : suite.at("signingV4Tests")) {
    const std::string name = test.at("description");
    SCOPED_TRACE(name);
    const Presigned presigned = presign_gcs({.method = test.at("method"),
                                             .address = object_address(endpoint_of(test), test.at("bucket").get<std::string>(),
                                                                       test.value("object", ""), style_of(test)),
                                             .query = fields_of(test.value("queryParameters", json::object())),
                                             .headers = fields_of(test.value("headers", json::object())),
                                             .lifetime = seconds{test.at("expiration").get<std::int64_t>()},
                                             .now = *parse_rfc3339(test.at("timestamp").get<std::string>())},
                                            test_account());
    EXPECT_EQ(presigned.url, test.at("expectedUrl").get<std::string>());
    EXPECT_EQ(presigned.string_to_sign, test.at("expectedStringToSign").get<std::string>());
    // Of this one the suite signs another canonical request than it shows.
    if (name != "Universe domain with virtual hosted style") {
      EXPECT_EQ(presigned.canonical_request, test.at("expectedCanonicalRequest").get<std::string>());
    }
  }
  EXPECT_EQ(suite.at("signingV4Tests").size(), 15);
}

std::string endpoint_at_amazon(const json& test) {
  return test.at("endpoint").is_null() ? "https://s3.amazonaws.com" : test.at("endpoint").get<std::string>();
}

TEST(AwsSignature, IsBotocoresInAllCases) {
  int cases = 0;
  for (const char* file : {"s3-presigned.json", "s3-presigned-more.json"}) {
    const json suite = json::parse(text_of(std::string{"aws-sigv4/"} + file));
    for (const json& test : suite.at("cases")) {
      SCOPED_TRACE(test.at("name"));
      const UrlStyle style = test.at("addressing") == "virtual" ? UrlStyle::virtual_host : UrlStyle::path;
      const json& token = test.at("session_token");
      const Presigned presigned =
          presign_aws({.address = object_address(endpoint_at_amazon(test), test.at("bucket").get<std::string>(),
                                                 test.at("key").get<std::string>(), style),
                       .query = fields_of(test.at("params")),
                       .headers = {},
                       .lifetime = seconds{test.at("expires").get<std::int64_t>()},
                       .now = *parse_rfc3339(test.at("timestamp").get<std::string>())},
                      {.access_key = test.at("access_key_id"),
                       .secret_key = test.at("secret_access_key"),
                       .session_token = token.is_null() ? "" : token.get<std::string>(),
                       .region = test.at("region")});
      EXPECT_EQ(presigned.url, test.at("url").get<std::string>());
      ++cases;
    }
  }
  EXPECT_EQ(cases, 17);
}

TEST(AwsSignature, IsTheOneOfTheirDescription) {
  const json vector = json::parse(text_of("aws-sigv4/s3-presigned.json")).at("aws_docs_vector");
  const Presigned presigned =
      presign_aws({.address = {.scheme = "https", .authority = vector.at("host"), .path = vector.at("path")},
                   .query = {},
                   .headers = {},
                   .lifetime = seconds{vector.at("expires").get<std::int64_t>()},
                   .now = *parse_rfc3339(vector.at("timestamp").get<std::string>())},
                  {.access_key = vector.at("access_key_id"),
                   .secret_key = vector.at("secret_access_key"),
                   .session_token = "",
                   .region = vector.at("region")});
  EXPECT_TRUE(presigned.url.ends_with("&X-Amz-Signature=" + vector.at("signature").get<std::string>())) << presigned.url;
}

TEST(Presigned, SignsHeadersAndQueriesInTheirCanonicalForm) {
  const Presigned presigned =
      presign_gcs({.address = object_address("https://storage.googleapis.com:8080", "bucket", "/a b//c~d?.zip", UrlStyle::path),
                   .query = {{"response-content-disposition", "attachment; filename=\"a/b+c.zip\""}, {"a", "~*'"}},
                   .headers = {{"X-Goog-B", "\t two \t  words\t"}, {"X-Goog-A", "a , b"}, {"X-Goog-Content-SHA256", "abc"}},
                   .lifetime = longest_presigned,
                   .now = from_unix(1'770'149'274)},
                  test_account());
  EXPECT_EQ(presigned.canonical_request,
            "GET\n/bucket//a%20b//c~d%3F.zip\n"
            "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=test-iam-credentials%40dummy-project-id.iam.gserviceaccount."
            "com%2F20260203%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20260203T200754Z&X-Goog-Expires=604800&"
            "X-Goog-SignedHeaders=host%3Bx-goog-a%3Bx-goog-b%3Bx-goog-content-sha256&a=~%2A%27&"
            "response-content-disposition=attachment%3B%20filename%3D%22a%2Fb%2Bc.zip%22\n"
            "host:storage.googleapis.com:8080\nx-goog-a:a , b\nx-goog-b:two words\nx-goog-content-sha256:abc\n\n"
            "host;x-goog-a;x-goog-b;x-goog-content-sha256\nabc");
}

TEST(Presigned, HasALifetimeThatServicesTake) {
  ObjectRequest request{.address = object_address("https://host", "bucket", "key", UrlStyle::path), .query = {}, .headers = {}};
  for (const seconds lifetime : {seconds{0}, seconds{-1}, longest_presigned + seconds{1}}) {
    request.lifetime = lifetime;
    EXPECT_THROW(presign_gcs(request, test_account()), Error) << lifetime.count();
    EXPECT_THROW(presign_aws(request, {}), Error) << lifetime.count();
  }
}

TEST(ServiceAccount, IsToldFromOtherFilesWithoutShowingThem) {
  for (const std::string& text :
       {std::string{}, std::string{"[]"}, std::string{"{}"}, std::string{"hunter2"}, std::string{R"({"client_email": 1})"},
        std::string{R"({"client_email": "a@b", "private_key": "hunter2"})"},
        std::string{R"({"client_email": "a@b", "private_key": ""})"}}) {
    SCOPED_TRACE(text);
    try {
      const ServiceAccount account{text};
      ADD_FAILURE() << "was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::bad_request);
      EXPECT_EQ(std::string{error.what()}.find("hunter2"), std::string::npos) << error.what();
    }
  }
}

TEST(ObjectAddress, NamesTheBucketAsTheStyleSays) {
  const struct {
    const char* endpoint;
    const char* key;
    UrlStyle style;
    const char* scheme;
    const char* authority;
    const char* path;
    const char* host;
  } cases[] = {
      {"https://s3.example.com", "a/b.zip", UrlStyle::path, "https", "s3.example.com", "/my.bucket/a/b.zip", "s3.example.com"},
      {"https://s3.example.com", "a", UrlStyle::virtual_host, "https", "my.bucket.s3.example.com", "/a",
       "my.bucket.s3.example.com"},
      {"https://files.example.com", "a", UrlStyle::bound, "https", "files.example.com", "/a", "files.example.com"},
      {"https://s3.example.com", "", UrlStyle::path, "https", "s3.example.com", "/my.bucket", "s3.example.com"},
      {"https://s3.example.com", "", UrlStyle::virtual_host, "https", "my.bucket.s3.example.com", "/",
       "my.bucket.s3.example.com"},
      {"https://s3.example.com:443", "a", UrlStyle::path, "https", "s3.example.com:443", "/my.bucket/a", "s3.example.com"},
      {"https://s3.example.com:80", "a", UrlStyle::path, "https", "s3.example.com:80", "/my.bucket/a", "s3.example.com:80"},
      {"http://127.0.0.1:80", "a", UrlStyle::path, "http", "127.0.0.1:80", "/my.bucket/a", "127.0.0.1"},
      {"http://127.0.0.1:9000", "ü&.zip", UrlStyle::path, "http", "127.0.0.1:9000", "/my.bucket/%C3%BC%26.zip",
       "127.0.0.1:9000"},
  };
  for (const auto& c : cases) {
    const ObjectAddress address = object_address(c.endpoint, "my.bucket", c.key, c.style);
    EXPECT_EQ(address.scheme, c.scheme);
    EXPECT_EQ(address.authority, c.authority);
    EXPECT_EQ(address.path, c.path);
    EXPECT_EQ(host_field(address), c.host);
  }
}

}  // namespace
}  // namespace claimcheck::files
