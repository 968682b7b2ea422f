#include "files/package/zip_flaw.h"

#include <zip.h>

#include <algorithm>
#include <array>

namespace claimcheck::files {
namespace {

constexpr std::string_view invalid_format = "invalid_zip_format";
constexpr std::string_view invalid_format_message =
    "Downloaded file is not a valid ZIP archive. Please try again or contact support.";
constexpr std::string_view unsafe = "unsafe_zip_archive";
constexpr std::string_view unsafe_message = "ZIP archive is not safe to extract. Please contact support.";

constexpr ZipFlawTerms invalid(ZipFlaw flaw, std::string_view name, int zip_error) {
  return {flaw, name, invalid_format, invalid_format_message, zip_error};
}

constexpr ZipFlawTerms dangerous(ZipFlaw flaw, std::string_view name) {
  return {flaw, name, unsafe, unsafe_message, ZIP_ER_INCONS};
}

constexpr std::array table{
    invalid(ZipFlaw::not_a_zip, "not_a_zip", ZIP_ER_NOZIP),
    ZipFlawTerms{ZipFlaw::foreign_start, "foreign_start", "invalid_mime_type",
                 "Downloaded file MIME type is not application/zip.", ZIP_ER_NOZIP},
    invalid(ZipFlaw::inconsistent, "inconsistent", ZIP_ER_INCONS),
    invalid(ZipFlaw::ambiguous_end, "ambiguous_end", ZIP_ER_INCONS),
    invalid(ZipFlaw::several_disks, "several_disks", ZIP_ER_MULTIDISK),
    dangerous(ZipFlaw::too_many_entries, "too_many_entries"),
    invalid(ZipFlaw::outside_file, "outside_file", ZIP_ER_INCONS),
    invalid(ZipFlaw::headers_disagree, "headers_disagree", ZIP_ER_INCONS),
    dangerous(ZipFlaw::overlapping_entries, "overlapping_entries"),
    invalid(ZipFlaw::duplicate_name, "duplicate_name", ZIP_ER_EXISTS),
    dangerous(ZipFlaw::unsafe_name, "unsafe_name"),
    dangerous(ZipFlaw::symbolic_link, "symbolic_link"),
    dangerous(ZipFlaw::expands_too_far, "expands_too_far"),
    invalid(ZipFlaw::encrypted, "encrypted", ZIP_ER_ENCRNOTSUPP),
    invalid(ZipFlaw::unsupported_method, "unsupported_method", ZIP_ER_COMPNOTSUPP),
    invalid(ZipFlaw::corrupt_contents, "corrupt_contents", ZIP_ER_COMPRESSED_DATA),
    invalid(ZipFlaw::bad_crc, "bad_crc", ZIP_ER_CRC),
};

}  // namespace

const ZipFlawTerms& terms_of(ZipFlaw flaw) {
  return *std::ranges::find(table, flaw, &ZipFlawTerms::flaw);
}

std::string_view zip_error_detail(int zip_error) {
  switch (zip_error) {
    case ZIP_ER_EXISTS:
      return "File already exists";
    case ZIP_ER_INCONS:
      return "ZIP archive inconsistent";
    case ZIP_ER_INVAL:
      return "Invalid argument";
    case ZIP_ER_MEMORY:
      return "Memory allocation failed";
    case ZIP_ER_NOENT:
      return "No such file";
    case ZIP_ER_NOZIP:
      return "Not a ZIP archive";
    case ZIP_ER_OPEN:
      return "Cannot open file";
    case ZIP_ER_READ:
      return "Read error";
    case ZIP_ER_SEEK:
      return "Seek error";
    default:
      return "Unknown error";
  }
}

}  // namespace claimcheck::files
