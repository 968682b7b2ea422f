#pragma once

#include <string>
#include <string_view>

namespace claimcheck::files {

/// What is wrong with a ZIP archive. docs/validation.md says what each means.
enum class ZipFlaw {
  not_a_zip,
  foreign_start,
  inconsistent,
  ambiguous_end,
  several_disks,
  too_many_entries,
  outside_file,
  headers_disagree,
  overlapping_entries,
  duplicate_name,
  unsafe_name,
  symbolic_link,
  expands_too_far,
  encrypted,
  unsupported_method,
  corrupt_contents,
  bad_crc,
};

/// A flaw and where it is.
struct ZipRefusal {
  ZipFlaw flaw;
  std::string entry = {};  ///< name of the entry, as its header says it; empty if it is none's
  int libzip_error = 0;    ///< ZIP_ER_…, if libzip found it; 0: what the flaw's kind stands for
};

/// What is told of a kind of flaw.
struct ZipFlawTerms {
  ZipFlaw flaw;
  std::string_view name;     ///< data.reason
  std::string_view code;     ///< of the fault
  std::string_view message;  ///< of the fault
  int zip_error;             ///< ZIP_ER_…: data.zip_error_code
};

const ZipFlawTerms& terms_of(ZipFlaw flaw);

/// What the contract calls an error of libzip; "Unknown error" for those that it has no words for.
std::string_view zip_error_detail(int zip_error);

}  // namespace claimcheck::files
