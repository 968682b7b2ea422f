#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace claimcheck::test {

/// A running SHA-256.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  /// The digest of all bytes so far, in lower-case hexadecimal; more may be added afterwards.
  std::string hex() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256(std::string_view bytes);
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace claimcheck::test
