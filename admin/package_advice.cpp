#include "admin/package_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace claimcheck::admin {
namespace {

constexpr std::string_view again = "Fetch it again; if it stays so, ask who made it.";
constexpr std::string_view rebuild = "Ask who made it for another, or pack it anew with an ordinary tool.";
constexpr std::string_view distrust = "Do not extract it. It may be an attack; ask who made it.";

struct Row {
  std::string_view name;  ///< a reason, or a code
  PackageAdvice told;
};

constexpr std::array table{
    Row{"file_not_found", {"there is no such file", "Check the path."}},
    Row{"file_not_readable", {"the file cannot be read", "Check its permissions and its disk."}},
    Row{"file_size_mismatch", {"it is not as large as expected", "Fetch it again: it may have been cut off or replaced."}},
    Row{"checksum_mismatch", {"its SHA-256 is another than expected", "Fetch it again; if it stays so, do not trust it."}},
    Row{"empty_zip_archive", {"the archive has no entries", again}},
    Row{"invalid_plugin_structure", {"no entry has the expected name", "Check that it is the right package."}},
    Row{"not_a_zip",
        {"it is no ZIP archive, or its end is missing", "Fetch it again: it may have been cut off, or be an error page."}},
    Row{"foreign_start", {"something else stands in front of the archive", rebuild}},
    Row{"inconsistent", {"the records of the archive contradict each other", again}},
    Row{"ambiguous_end", {"it can be read as two different archives", distrust}},
    Row{"several_disks", {"it is a part of a split archive", "Join the parts first."}},
    Row{"too_many_entries", {"it has too many entries to be looked through", "Pack it in several archives."}},
    Row{"outside_file", {"an entry reaches beyond the end of the file", "Fetch it again: it may have been cut off."}},
    Row{"headers_disagree", {"an entry is not what the directory says of it", again}},
    Row{"overlapping_entries", {"entries lie over each other, as in a bomb", distrust}},
    Row{"duplicate_name", {"two entries have the same name", rebuild}},
    Row{"unsafe_name",
        {"an entry's name leads out of the folder it is extracted to, or has characters that no name should", distrust}},
    Row{"symbolic_link", {"an entry is a symbolic link", "Pack it anew without links."}},
    Row{"expands_too_far", {"it would expand to far more than its size, as a bomb does", distrust}},
    Row{"encrypted", {"an entry is encrypted, so nobody can check it", "Pack it anew without a password."}},
    Row{"unsupported_method", {"an entry is compressed in a way that not everybody can read", "Pack it anew with deflate."}},
    Row{"corrupt_contents", {"an entry cannot be unpacked to what it should be", again}},
    Row{"bad_crc", {"the bytes of an entry do not match their checksum", again}},
};

std::string detail(const PackageFault& fault, std::string_view name) {
  const auto found = std::ranges::find(fault.data, name, [](const auto& each) { return std::string_view{each.first}; });
  const auto* text = found == fault.data.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string{} : *text;
}

}  // namespace

PackageAdvice advice_on(const PackageFault& fault) {
  const std::string reason = detail(fault, "reason");
  const auto row = std::ranges::find(table, reason.empty() ? fault.code : reason, &Row::name);
  return row == table.end() ? PackageAdvice{fault.message, again} : row->told;
}

std::string tell_fault(const PackageFault& fault, const std::string& path) {
  const PackageAdvice told = advice_on(fault);
  const std::string reason = detail(fault, "reason"), entry = detail(fault, "entry");
  std::string text = fmt::format("{} is not valid: {}.\n", path, told.meaning);
  if (!entry.empty()) text += fmt::format("Entry: {}\n", entry);
  text += fmt::format("{} [{}{}{}]\n", fault.message, fault.code, reason.empty() ? "" : ", ", reason);
  return text + fmt::format("What to do: {}\n", told.advice);
}

}  // namespace claimcheck::admin
