#include "core/base64.h"

#include <openssl/evp.h>

namespace claimcheck {
namespace {

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // OpenSSL ends it with a zero
  EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

std::string base64_lines(std::string_view bytes) {
  constexpr std::size_t bytes_in_line = 57;
  std::string lines;
  lines.reserve(bytes.size() / bytes_in_line * 78 + 78);
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes_in_line);
    bytes.remove_prefix(line.size());
    lines += base64(line);
    if (!bytes.empty()) lines += "\r\n";
  }
  return lines;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(3 * (text.size() / 4) + 3, '\0');
  const int length = EVP_DecodeBlock(octets(bytes), octets(text), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  if (static_cast<std::size_t>(length) < padding) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  if (base64(bytes) != text) return std::nullopt;  // OpenSSL passes over spaces around it and spare bits
  return bytes;
}

}  // namespace claimcheck
