#include "files/backup/encrypted.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/file_path.h"
#include "core/hmac.h"
#include "files/backup/decrypted_file.h"
#include "files/backup/sidecar.h"
#include "files/backup/verified_files.h"
#include "files/backup/zip_bundle.h"
#include "files/directory.h"
#include "files/listing.h"

namespace claimcheck::files {
namespace {

constexpr std::string_view encrypted_suffix = ".enc";
constexpr std::size_t read_at_once = 256UL * 1024;

std::string base_of(const std::string& name) {
  return name.ends_with(encrypted_suffix) ? name.substr(0, name.size() - encrypted_suffix.size()) : name;
}

/// Calls `look` with each piece of a file. @return false if it was told to stop
template <class Look>
bool read_all(OpenFile& file, const std::atomic<bool>& stop, const Look& look) {
  std::vector<char> buffer(read_at_once);
  for (std::uint64_t offset = 0; !stop;) {
    const std::size_t count = file.read(offset, buffer);
    if (count == 0) return true;
    look(std::span{buffer}.first(count));
    offset += count;
  }
  return false;
}

Error given_up() {
  return Error{Errc::unavailable, "the verification was given up: the process is about to end"};
}

std::string hexadecimal_of(std::span<const unsigned char> octets) {
  return hexadecimal({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

/// The first profile of those allowed under whose key a ciphertext's tag holds, or nothing.
template <class Allowed>
std::optional<std::string> first_of(OpenFile& file, const GcmSeal& seal, const BackupKeys& keys, const std::atomic<bool>& stop,
                                    const Allowed& allowed) {
  std::vector<std::pair<std::string, GcmCheck>> checks;
  for (const auto& [name, key] : keys)
    if (allowed(name)) checks.emplace_back(name, GcmCheck{key, seal});
  if (checks.empty()) return std::nullopt;
  if (!read_all(file, stop, [&](std::span<const char> piece) {
        for (auto& [name, check] : checks) check.update(piece);
      }))
    throw given_up();
  for (auto& [name, check] : checks)
    if (check.holds()) return name;
  return std::nullopt;
}

/// The profile that a file was encrypted with: the one that is named, or else any other, since profiles are renamed and
/// restored; the tag decides.
std::optional<std::string> profile_of(OpenFile& file, const Encryption& encryption, const BackupKeys& keys,
                                      const std::atomic<bool>& stop) {
  const auto is_named = [&](const std::string& name) { return name == encryption.profile; };
  const auto found = first_of(file, encryption.seal, keys, stop, is_named);
  return found ? found : first_of(file, encryption.seal, keys, stop, std::not_fn(is_named));
}

class Encrypted final : public Storage, public Folders {
 public:
  Encrypted(std::string root, BackupKeys keys, std::chrono::milliseconds patience)
      : root_(std::move(root)), directory_(open_directory(root_)), keys_(std::move(keys)), verified_(patience) {}

  std::unique_ptr<OpenFile> open(const std::string& path, ServedAs as) const override {
    auto file = directory_->open(path, as);
    const auto sidecar = read_sidecar(path);
    if (!sidecar) return file;
    if (as == ServedAs::decrypted) return decrypted(path, std::move(file), *sidecar);
    if (!path.ends_with(encrypted_suffix)) return file;
    return bundle(path, std::move(file), *sidecar);
  }

  std::optional<std::string> direct_url(const Direct&) const override { return std::nullopt; }
  const Folders* folders() const override { return this; }

  FolderPage list(const FolderQuery& query) const override {
    FolderPage page = list_folder(root_, query, sidecar_suffix);
    const std::string folder = query.folder.empty() ? "" : query.folder + "/";
    for (FolderEntry& entry : page.entries)
      entry.encrypted = entry.kind == FolderEntry::Kind::file && is_encrypted(folder + entry.name);
    return page;
  }

  Removed remove(const std::string& path, const FileVersion& version, const std::function<bool()>& wanted) const override {
    const Removed removed = directory_->remove(path, stored_version(path, version), wanted);
    if (removed == Removed::removed || removed == Removed::gone) remove_sidecar(path, wanted);
    return removed;
  }

 private:
  std::optional<std::string> read_sidecar(const std::string& path) const {
    constexpr std::uint64_t longest = 1024UL * 1024;
    try {
      const auto file = directory_->open(path + std::string{sidecar_suffix}, ServedAs::stored);
      const std::uint64_t size = file->version().size;
      if (size > longest) throw Error{Errc::file_changed, "the metadata of " + path + " are too long"};
      std::string text(size, '\0');
      for (std::size_t done = 0; done < text.size();) {
        const std::size_t count = file->read(done, std::span{text}.subspan(done));
        if (count == 0) throw Error{Errc::file_changed, "the metadata of " + path + " became shorter"};
        done += count;
      }
      return text;
    } catch (const Error& error) {
      if (error.code() != Errc::file_not_found) throw;
      return std::nullopt;
    }
  }

  /// Whether it may be decrypted; one whose metadata nobody understands may not.
  bool is_encrypted(const std::string& path) const {
    try {
      const auto sidecar = read_sidecar(path);
      return sidecar && parse_sidecar(*sidecar);
    } catch (const Error& error) {
      if (error.code() != Errc::file_changed) throw;
      return false;
    }
  }

  std::unique_ptr<OpenFile> decrypted(const std::string& path, std::unique_ptr<OpenFile> file,
                                      const std::string& sidecar) const {
    const auto encryption = parse_sidecar(sidecar);
    if (!encryption) return file;
    if (file->version().size > longest_gcm_text) throw Error{Errc::file_changed, path + " is longer than AES-GCM can encrypt"};
    const std::string question = "key " + hexadecimal_of(encryption->seal.iv) + " " + hexadecimal_of(encryption->seal.tag);
    const FileState state = FileState::of(file->descriptor(), question);
    const auto opened = [this, path] { return directory_->open(path, ServedAs::stored); };
    const std::string profile = verified_.ask(state, [this, opened, state, question, encryption](const auto& stop) {
      const auto own = opened();  // read by a thread of its own
      if (FileState::of(own->descriptor(), question) != state) throw Error{Errc::unavailable, "the file is being replaced"};
      auto found = profile_of(*own, *encryption, keys_, stop);
      return found ? "profile " + *found : std::string{};
    });
    if (profile.empty())
      throw Error{Errc::file_changed,
                  fmt::format("{} does not verify: it was changed or cut off, or the key of its profile \"{}\" is not in the "
                              "configuration",
                              path, encryption->profile)};
    const AesKey& key = keys_.at(profile.substr(profile.find(' ') + 1));
    return open_decrypted(std::move(file), state, base_of(std::string{last_segment(path)}), key, encryption->seal);
  }

  /// The archive needs the file's checksum before its end.
  std::unique_ptr<OpenFile> bundle(const std::string& path, std::unique_ptr<OpenFile> file, const std::string& sidecar) const {
    const FileState state = FileState::of(file->descriptor(), "crc");
    const auto opened = [this, path] { return directory_->open(path, ServedAs::stored); };
    const std::string sum = verified_.ask(state, [opened](const auto& stop) {
      std::uint32_t crc = 0;
      if (!read_all(*opened(), stop, [&](std::span<const char> piece) { crc = crc32_of(piece, crc); })) throw given_up();
      return std::to_string(crc);
    });
    const std::string name{last_segment(path)};
    return open_bundle({.file = std::move(file),
                        .state = state,
                        .crc = static_cast<std::uint32_t>(std::stoul(sum)),
                        .name = name,
                        .sidecar_name = name + std::string{sidecar_suffix},
                        .sidecar = sidecar,
                        .archive_name = base_of(name) + ".zip"});
  }

  /// A link knows the version of what it serves; of the archive, that is not the file's own.
  FileVersion stored_version(const std::string& path, const FileVersion& served) const {
    try {
      const FileVersion stored = directory_->open(path, ServedAs::stored)->version();
      const auto sidecar = read_sidecar(path);
      const bool is_bundle = sidecar && path.ends_with(encrypted_suffix) && served.mtime_ns == stored.mtime_ns &&
                             served.size == bundle_size(std::string{last_segment(path)}, stored.size, sidecar->size());
      return is_bundle ? stored : served;
    } catch (const Error& error) {
      if (error.code() != Errc::file_not_found) throw;
      return served;
    }
  }

  /// Metadata of a file that is gone are of no use.
  void remove_sidecar(const std::string& path, const std::function<bool()>& wanted) const {
    const std::string name = path + std::string{sidecar_suffix};
    try {
      directory_->remove(name, directory_->open(name, ServedAs::stored)->version(), wanted);
    } catch (const Error& error) {
      if (error.code() != Errc::file_not_found) throw;
    }
  }

  const std::string root_;
  std::unique_ptr<Storage> directory_;
  BackupKeys keys_;
  mutable VerifiedFiles verified_;
};

}  // namespace

std::unique_ptr<Storage> open_encrypted(std::string root, BackupKeys keys, std::chrono::milliseconds patience) {
  return std::make_unique<Encrypted>(std::move(root), std::move(keys), patience);
}

}  // namespace claimcheck::files
