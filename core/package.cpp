#include "core/package.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

#include "core/ascii.h"
#include "core/file_path.h"

namespace claimcheck {

void check(const PackageExpectation& expected) {
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  constexpr std::size_t digits = 64;
  if (expected.size && (*expected.size == 0 || *expected.size > largest))
    throw Error{Errc::bad_request, "size must be the expected number of bytes, at least 1", {{"field", "size"}}};
  const bool hexadecimal = expected.sha256.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!expected.sha256.empty() && (expected.sha256.size() != digits || !hexadecimal))
    throw Error{Errc::bad_request, "sha256 must be 64 hexadecimal digits", {{"field", "sha256"}}};
}

void require_valid(const InspectPackage& inspect, OpenFile& file, const std::string& path, const PackageExpectation& expected) {
  if (!inspect) throw Error{Errc::unavailable, "nothing here can look into packages"};
  auto fault = inspect(file, path, expected);
  if (!fault) return;
  Details details{{"field", "file"}, {"fault", fault->code}, {"message", fault->message}};
  for (auto& detail : fault->data)
    if (detail.first == "reason") details.push_back(std::move(detail));
  throw Error{Errc::bad_request,
              fmt::format("{} is not valid: {} ({}). `claimcheck validate` tells more", path, fault->message, fault->code),
              std::move(details)};
}

std::optional<PackageFault> path_fault(const std::string& path) {
  constexpr std::string_view extension = ".zip";
  if (path.find("..") != std::string::npos)
    return PackageFault{.code = "invalid_path", .message = "Invalid file path.", .data = {}};
  if (!is_file_path(path))
    return PackageFault{.code = "invalid_path", .message = "File path is not in the storage.", .data = {}};
  if (!lower(path).ends_with(extension))
    return PackageFault{.code = "invalid_file_type", .message = "Downloaded file is not a ZIP archive.", .data = {}};
  return std::nullopt;
}

PackageFault file_not_found(const std::string& path) {
  return {.code = "file_not_found", .message = "Downloaded file not found.", .data = {{"file_path", path}}};
}

PackageFault file_not_readable(const std::string& path) {
  return {.code = "file_not_readable", .message = "Cannot read downloaded file.", .data = {{"file_path", path}}};
}

std::optional<PackageFault> size_fault(std::uint64_t expected, std::uint64_t actual, const std::string& path) {
  constexpr std::uint64_t twentieth = 20;
  const std::uint64_t least = expected - expected / twentieth - (expected % twentieth == 0 ? 0 : 1);
  const std::uint64_t most = expected + expected / twentieth;
  if (actual >= least && actual <= most) return std::nullopt;
  const auto number = [](std::uint64_t bytes) { return static_cast<std::int64_t>(bytes); };
  return PackageFault{
      .code = "file_size_mismatch",
      .message = fmt::format("Download verification failed: File size mismatch. Expected {}, got {}. Please try again.",
                             size_format(expected), size_format(actual)),
      .data = {{"expected_size", number(expected)},
               {"actual_size", number(actual)},
               {"min_size", number(least)},
               {"max_size", number(most)},
               {"file_path", path}}};
}

std::string size_format(std::uint64_t bytes) {
  constexpr std::array units{"B", "KB", "MB", "GB", "TB", "PB", "EB"};
  constexpr std::uint64_t step = 1024;
  std::size_t unit = 0;
  std::uint64_t size = 1;
  for (std::uint64_t rest = bytes; rest >= step; rest /= step, ++unit) size *= step;
  const std::uint64_t rest = bytes % size;
  const std::uint64_t whole = bytes / size + (rest >= size - rest ? 1 : 0);
  constexpr std::uint64_t thousand = 1000;
  return whole < thousand ? fmt::format("{} {}", whole, units.at(unit))
                          : fmt::format("{},{:03} {}", whole / thousand, whole % thousand, units.at(unit));
}

}  // namespace claimcheck
