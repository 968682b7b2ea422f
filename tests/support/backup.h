#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace claimcheck::test {

/// How a test's backup is encrypted.
struct BackupCipher {
  std::string key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";  ///< hexadecimal
  std::string iv = "a2bfc326ca657e601fb908193b533642";                                   ///< hexadecimal
  std::string profile = "clprofile0001";
};

/// Writes a backup as DBackup does: AES-256-GCM, the bare ciphertext in `path`, the rest in `path`.meta.json. By OpenSSL's own
/// GCM, and not by what is tested.
/// @param piece  the plaintext, piece by piece, until one is empty
void write_backup(const std::filesystem::path& path, const std::function<std::string()>& piece,
                  const BackupCipher& cipher = {});
void write_backup(const std::filesystem::path& path, const std::string& plaintext, const BackupCipher& cipher = {});

/// A file of tests/data/dbackup.
std::string dbackup_sample(const std::string& name);

/// The profiles of tests/data/dbackup, as tables of a configuration: one key as it is, and one as DBackup's database has it.
std::string dbackup_profiles();

}  // namespace claimcheck::test
