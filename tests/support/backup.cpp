#include "tests/support/backup.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/support/process.h"

namespace claimcheck::test {
namespace {

std::string octets_of(const std::string& hexadecimal) {
  constexpr int base = 16;
  std::string octets;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    octets.push_back(static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, base)));
  return octets;
}

std::string hexadecimal_of(const std::string& octets) {
  std::string digits;
  for (const unsigned char octet : octets) digits += fmt::format("{:02x}", octet);
  return digits;
}

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void require(int succeeded) {
  if (succeeded != 1) throw std::runtime_error("OpenSSL cannot encrypt a backup");
}

}  // namespace

void write_backup(const std::filesystem::path& path, const std::function<std::string()>& piece, const BackupCipher& cipher) {
  constexpr int tag_length = 16;
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  const std::string key = octets_of(cipher.key), iv = octets_of(cipher.iv);
  require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_IVLEN, static_cast<int>(iv.size()), nullptr));
  require(EVP_EncryptInit_ex(context.get(), nullptr, nullptr, bytes(key), bytes(iv)));
  std::ofstream file{path, std::ios::binary};
  int length = 0;
  for (std::string text = piece(); !text.empty(); text = piece()) {
    require(EVP_EncryptUpdate(context.get(), bytes(text), &length, bytes(text), static_cast<int>(text.size())));
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  std::string tag(tag_length, '\0');
  require(EVP_EncryptFinal_ex(context.get(), bytes(tag), &length));
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_length, tag.data()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  write_file(path.string() + ".meta.json", nlohmann::json{{"version", 1},
                                                          {"encryption",
                                                           {{"enabled", true},
                                                            {"profileId", cipher.profile},
                                                            {"algorithm", "aes-256-gcm"},
                                                            {"iv", cipher.iv},
                                                            {"authTag", hexadecimal_of(tag)}}}}
                                               .dump());
}

void write_backup(const std::filesystem::path& path, const std::string& plaintext, const BackupCipher& cipher) {
  std::string rest = plaintext;
  write_backup(path, [&rest] { return std::exchange(rest, {}); }, cipher);
}

std::string dbackup_sample(const std::string& name) {
  return read_file(std::filesystem::path{CLAIMCHECK_SOURCE_DIR "/tests/data/dbackup"} / name);
}

std::string dbackup_profiles() {
  const auto json = nlohmann::json::parse(dbackup_sample("profiles.json"));
  const auto& profiles = json.at("profiles");
  return fmt::format("[profile.{}]\nkey = \"{}\"\n[profile.{}]\nkey = \"{}\"\nsystem_key = \"{}\"\n",
                     profiles.at(0).at("id").get<std::string>(), profiles.at(0).at("masterKeyHex").get<std::string>(),
                     profiles.at(1).at("id").get<std::string>(), profiles.at(1).at("secretKey").get<std::string>(),
                     json.at("systemEncryptionKeyHex").get<std::string>());
}

}  // namespace claimcheck::test
