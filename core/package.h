#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/storage.h"

namespace claimcheck {

/// What a package, such as a plugin's ZIP archive, is expected to be. docs/validation.md has the rules in words.
struct PackageExpectation {
  enum class Format {
    any,
    zip,  ///< an archive that is whole, consistent and safe to extract
  };

  Format format = Format::zip;
  std::optional<std::uint64_t> size = {};  ///< bytes, give or take 5 %
  std::string sha256 = {};                 ///< 64 hexadecimal digits of either case; empty: any
  std::string contains = {};               ///< a part of the name of one of its entries; empty: any
};

/// Why a package is not valid. `code`, `message` and `data` are those of a WP_Error; which there are says docs/validation.md.
/// Neither code nor message tells a path; `data` has the one that was asked about as "file_path".
struct PackageFault {
  std::string code, message;
  Details data;
};

/// Looks into a file and judges it. @param path  what the fault's data call the file
/// @return nothing if it is what is expected
using InspectPackage =
    std::function<std::optional<PackageFault>(OpenFile& file, const std::string& path, const PackageExpectation& expected)>;

/// The same for who cannot go on then: for files that a link is made to. An empty `inspect` can vouch for nothing.
/// Throws Error{bad_request} with `details.field` = "file" and the fault's `fault` (its code), `message` and `reason`,
/// Error{unavailable}, and what `inspect` throws.
void require_valid(const InspectPackage& inspect, OpenFile& file, const std::string& path, const PackageExpectation& expected);

/// The most bytes of a file that is looked into while a request waits.
inline constexpr std::uint64_t most_inspected_in_a_request = 32ULL * 1024 * 1024;

/// Judges a path beneath a storage by itself. @return invalid_path or invalid_file_type, or nothing
std::optional<PackageFault> path_fault(const std::string& path);

/// Throws Error{bad_request}, with `details.field`, for an expectation that no file can meet: a size of 0 bytes or over
/// 2^63 - 1, a SHA-256 that is none.
void check(const PackageExpectation& expected);

PackageFault file_not_found(const std::string& path);
PackageFault file_not_readable(const std::string& path);

/// Judges a size: both ends of the 5 % are allowed, and are whole bytes, rounded down.
/// @return file_size_mismatch, or nothing
std::optional<PackageFault> size_fault(std::uint64_t expected, std::uint64_t actual, const std::string& path);

/// A size as WordPress tells it: "1,023 B", "3 MB"; powers of 1024, rounded to whole units.
std::string size_format(std::uint64_t bytes);

}  // namespace claimcheck
