#include "files/package/zip_name.h"

#include <algorithm>

#include "core/file_path.h"

namespace claimcheck::files {
namespace {

/// Calls `each` for every segment of a "/"-separated name.
template <class Each>
void for_each_segment(std::string_view name, const Each& each) {
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    each(name.substr(begin, end - begin));
    begin = end + 1;
  }
}

bool has_drive(std::string_view name) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return name.size() >= 2 && name[1] == ':' && letters.find(name[0]) != std::string_view::npos;
}

}  // namespace

bool is_safe_entry_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || has_drive(name) || has_control_octet(name)) return false;
  if (name.find('\\') != std::string_view::npos) return false;
  bool climbs = false;
  for_each_segment(name, [&](std::string_view segment) { climbs |= segment == ".."; });
  return !climbs;
}

std::string plain_entry_name(std::string_view name) {
  std::string plain;
  for_each_segment(name, [&](std::string_view segment) {
    if (segment.empty() || segment == ".") return;
    if (!plain.empty()) plain += '/';
    plain += segment;
  });
  return plain;
}

}  // namespace claimcheck::files
