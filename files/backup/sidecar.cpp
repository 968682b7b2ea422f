#include "files/backup/sidecar.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/backup/hexadecimal.h"

namespace claimcheck::files {
namespace {

using nlohmann::json;

Error unreadable(const std::string& why) {
  return Error{Errc::file_changed, "the metadata file says nothing that can be used: " + why};
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Encryption encryption_of(const json& object, const char* profile) {
  constexpr std::size_t longest_iv = 128;
  const auto iv = octets_of_hexadecimal(text_of(object, "iv"));
  const auto tag = octets_of_hexadecimal(text_of(object, "authTag"));
  if (!iv || iv->empty() || iv->size() > longest_iv) throw unreadable("iv must be hexadecimal digits");
  if (!tag || tag->size() != GcmSeal::tag_length) throw unreadable("authTag must be 32 hexadecimal digits");
  Encryption encryption{.profile = text_of(object, profile), .seal = {.iv = *iv}};
  std::ranges::copy(*tag, encryption.seal.tag.begin());
  return encryption;
}

}  // namespace

std::optional<Encryption> parse_sidecar(std::string_view text) {
  const json metadata = json::parse(text, nullptr, false);
  if (!metadata.is_object()) throw unreadable("it is no JSON object");
  const auto archive = metadata.find("archive");
  if (archive != metadata.end() && archive->is_object() && archive->value("formatVersion", json{}) == 2)
    throw unreadable("an archive of version 2 has no decrypted form");
  const auto nested = metadata.find("encryption");
  if (nested != metadata.end() && nested->is_object() && nested->value("enabled", json{}) == true) {
    const std::string algorithm = text_of(*nested, "algorithm");
    if (algorithm != "aes-256-gcm") throw unreadable("the algorithm is \"" + algorithm + "\", not aes-256-gcm");
    return encryption_of(*nested, "profileId");
  }
  if (metadata.contains("iv") && metadata.contains("authTag")) return encryption_of(metadata, "encryptionProfileId");
  return std::nullopt;
}

}  // namespace claimcheck::files
