#include "files/bucket/gcs_signature.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/hmac.h"

namespace claimcheck::files {
namespace {

std::shared_ptr<EVP_PKEY> read_key(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
  // A key that asks for a password has none: without this OpenSSL would ask at the terminal.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  std::shared_ptr<EVP_PKEY> key{PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr), &EVP_PKEY_free};
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
    throw Error{Errc::bad_request, "the service account's private_key is no RSA key"};
  return key;
}

}  // namespace

ServiceAccount::ServiceAccount(std::string_view json) {
  const nlohmann::json account = nlohmann::json::parse(json, nullptr, false);
  const auto text = [&](const char* name) {
    const auto member = account.is_object() ? account.find(name) : account.end();
    if (member == account.end() || !member->is_string() || member->get_ref<const std::string&>().empty())
      throw Error{Errc::bad_request, std::string{"this is no key file of a service account: it has no "} + name};
    return member->get<std::string>();
  };
  email_ = text("client_email");
  key_ = read_key(text("private_key"));
}

std::string ServiceAccount::sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets, text.size()) != 1)
    throw Error{Errc::internal, "RSA-SHA256 failed"};
  signature.resize(size);
  return hexadecimal(signature);
}

Presigned presign_gcs(const ObjectRequest& request, const ServiceAccount& account) {
  return presign(request, {.algorithm = "GOOG4-RSA-SHA256",
                           .letters = "X-Goog-",
                           .account = account.email(),
                           .scope = "auto/storage/goog4_request",
                           .more = {},
                           .payload_field = "x-goog-content-sha256",
                           .order = QueryOrder::sorted,
                           .sign = [&](const std::string&, const std::string& text) { return account.sign(text); }});
}

}  // namespace claimcheck::files
