#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claimcheck::test {

/// What stands behind the data of an entry.
enum class Descriptor { none, plain, with_signature, zip64 };

/// An entry of an archive that a test makes. What is not set follows from the content.
struct MadeEntry {
  std::string name = "plugin/main.php";
  std::string content = "<?php // the plugin\n";
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated; another: stored, and called so
  std::uint16_t flags = 0;
  std::uint32_t mode = 0;  ///< of Unix, such as 0120777
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint32_t> size = {}, compressed = {};
  std::optional<std::uint32_t> offset = {};  ///< of the local header, as the directory says it
  std::optional<std::string> local_name = {};
  std::optional<std::uint16_t> local_method = {};
  std::string extra = {}, local_extra = {};
  std::uint16_t disk = 0;
  Descriptor descriptor = Descriptor::none;
};

struct MadeArchive {
  std::vector<MadeEntry> entries = {MadeEntry{}};
  std::string prefix = {};      ///< in front of all; offsets count it
  std::string before_end = {};  ///< between the directory and its end record
  std::string comment = {};
  std::optional<std::uint16_t> comment_length = {}, count = {};
  std::uint16_t disk = 0;
  std::optional<std::uint64_t> zip64_count = {};  ///< set: there is a ZIP64 record, which says so
};

/// The bytes of an archive. Source: PKWARE APPNOTE 6.3.10, section 4.3.
std::string make_zip(const MadeArchive& archive);

/// A raw deflate stream.
std::string deflated(const std::string& content);

/// Numbers of a record, little-endian.
std::string u16(std::uint64_t number);
std::string u32(std::uint64_t number);
std::string u64(std::uint64_t number);

}  // namespace claimcheck::test
