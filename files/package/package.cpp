#include "files/package/package.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/ascii.h"
#include "core/file_path.h"
#include "files/package/block_reader.h"
#include "files/package/sha256.h"
#include "files/package/zip_contents.h"
#include "files/package/zip_directory.h"
#include "files/package/zip_structure.h"

namespace claimcheck::files {
namespace {

constexpr std::size_t piece = 64UL * 1024;

/// Adds the bytes of several passes up.
class Work {
 public:
  explicit Work(const TellProgress& tell) : tell_(tell) {}
  void plan(std::uint64_t bytes) { whole_ += bytes; }
  void done(std::uint64_t bytes) {
    done_ += bytes;
    if (tell_) tell_(done_, whole_);
  }

 private:
  const TellProgress& tell_;
  std::uint64_t done_ = 0, whole_ = 0;
};

std::string sha256_of(OpenFile& file, Work& work) {
  Sha256 sum;
  const std::uint64_t size = file.version().size;
  std::array<char, piece> bytes;
  for (std::uint64_t offset = 0; offset < size;) {
    const std::size_t count = file.read(offset, bytes);
    if (count == 0) throw Error{Errc::file_not_found, "the file became shorter while it was read"};
    sum.update(std::span{bytes}.first(count));
    offset += count;
    work.done(count);
  }
  return sum.hex();
}

std::optional<PackageFault> sha256_fault(OpenFile& file, const std::string& path, const std::string& expected, Work& work) {
  const std::string actual = sha256_of(file, work);
  if (actual == lower(expected)) return std::nullopt;
  return PackageFault{.code = "checksum_mismatch",
                      .message = "Download verification failed: Checksum mismatch. Please try again.",
                      .data = {{"expected_sha256", lower(expected)}, {"actual_sha256", actual}, {"file_path", path}}};
}

/// An entry's name as it may be shown and written as JSON: what is no text becomes "?".
std::string shown(const std::string& name) {
  std::string text = name;
  std::ranges::replace_if(text, [](char c) { return has_control_octet({&c, 1}); }, '?');
  if (!is_utf8(text)) std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return text;
}

PackageFault fault_of(const ZipRefusal& refusal, const std::string& path) {
  const ZipFlawTerms& terms = terms_of(refusal.flaw);
  const int error = refusal.libzip_error != 0 ? refusal.libzip_error : terms.zip_error;
  PackageFault fault{.code = std::string{terms.code},
                     .message = std::string{terms.message},
                     .data = {{"file_path", path},
                              {"zip_error_code", std::int64_t{error}},
                              {"zip_error_detail", std::string{zip_error_detail(error)}},
                              {"reason", std::string{terms.name}}}};
  if (!refusal.entry.empty()) fault.data.emplace_back("entry", shown(refusal.entry));
  return fault;
}

PackageFault empty_archive(const std::string& path) {
  return {.code = "empty_zip_archive", .message = "ZIP archive is empty. Please try again.", .data = {{"file_path", path}}};
}

PackageFault lacks_expected_entry(const std::string& path) {
  return {.code = "invalid_plugin_structure",
          .message = "ZIP archive does not contain expected plugin files.",
          .data = {{"file_path", path}}};
}

std::optional<PackageFault> zip_fault(OpenFile& file, const std::string& path, const std::string& contains, Work& work) {
  BlockReader reader{file};
  bool contained = contains.empty();
  {
    ZipDirectory directory;  // gone before libzip makes its own
    if (const auto refusal = read_directory(reader, directory)) return fault_of(*refusal, path);
    if (const auto refusal = structure_refusal(reader, directory)) return fault_of(*refusal, path);
    if (directory.entries.empty()) return empty_archive(path);
    for (const ZipEntry& entry : directory.entries) {
      contained = contained || entry.name.find(contains) != std::string_view::npos;
      work.plan(entry.size);
    }
  }
  if (const auto refusal = contents_refusal(reader, [&](std::uint64_t bytes) { work.done(bytes); }))
    return fault_of(*refusal, path);
  if (!contained) return lacks_expected_entry(path);
  return std::nullopt;
}

}  // namespace

std::optional<PackageFault> inspect_package(OpenFile& file, const std::string& path, const PackageExpectation& expected,
                                            const TellProgress& tell) {
  Work work{tell};
  const std::uint64_t size = file.version().size;
  if (expected.size)
    if (auto fault = size_fault(*expected.size, size, path)) return fault;
  try {
    if (!expected.sha256.empty()) {
      work.plan(size);
      if (auto fault = sha256_fault(file, path, expected.sha256, work)) return fault;
    }
    if (expected.format == PackageExpectation::Format::zip) return zip_fault(file, path, expected.contains, work);
  } catch (const Error& error) {
    if (error.code() != Errc::file_not_found) throw;
    return file_not_readable(path);
  }
  return std::nullopt;
}

}  // namespace claimcheck::files
