#include "files/backup/backup_keys.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "core/error.h"
#include "files/backup/hexadecimal.h"

namespace claimcheck::files {
namespace {

/// The text in "IV:TAG:CIPHERTEXT", all hexadecimal; empty if the key is not the one it was made with.
std::string opened(const std::string& secret, const AesKey& system_key) {
  const std::size_t first = secret.find(':'), second = secret.find(':', first + 1);
  const auto iv = octets_of_hexadecimal(secret.substr(0, first));
  const auto tag = octets_of_hexadecimal(secret.substr(first + 1, second - first - 1));
  const auto ciphertext = octets_of_hexadecimal(secret.substr(second + 1));
  if (!iv || iv->empty() || !tag || tag->size() != GcmSeal::tag_length || !ciphertext || ciphertext->empty()) return {};
  GcmSeal seal{.iv = *iv};
  std::ranges::copy(*tag, seal.tag.begin());
  std::string text{ciphertext->begin(), ciphertext->end()};
  GcmCheck check{system_key, seal};
  check.update(text);
  if (!check.holds()) return {};
  GcmPart{system_key, seal}.decrypt(0, text);
  return text;
}

AesKey key_of(const std::string& name, const ProfileSettings& profile) {
  const auto wrong = [&](const std::string& what) { return Error{Errc::bad_request, "[profile." + name + "] " + what}; };
  if (const auto key = AesKey::parse(profile.key)) return *key;
  if (std::ranges::count(profile.key, ':') != 2)
    throw wrong("key must be 64 hexadecimal digits, or iv:tag:ciphertext as DBackup's database has it");
  const auto system_key = AesKey::parse(profile.system_key);
  if (!system_key) throw wrong("system_key must be DBackup's ENCRYPTION_KEY: 64 hexadecimal digits");
  std::string text = opened(profile.key, *system_key);
  const auto key = AesKey::parse(text);
  OPENSSL_cleanse(text.data(), text.size());
  if (!key) throw wrong("key does not open with this system_key");
  return *key;
}

}  // namespace

BackupKeys backup_keys(const std::map<std::string, ProfileSettings>& profiles) {
  BackupKeys keys;
  for (const auto& [name, profile] : profiles) keys.emplace(name, key_of(name, profile));
  return keys;
}

}  // namespace claimcheck::files
