#include "htaccess/premises.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "htaccess/blocks.h"
#include "htaccess/marked_file.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> our_block(const fs::path& folder) {
  try {
    const auto text = read_file((folder / ".htaccess").string());
    return text ? block_in(*text, site_name) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // what cannot be read, or is damaged, tells nothing
  }
}

bool has_our_block(const fs::path& folder) {
  return our_block(folder).has_value();
}

bool has_wordpress(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "wp-load.php", ignored) || fs::exists(folder / "wp-config.php", ignored);
}

bool has_usual_name(const fs::path& folder) {
  constexpr std::array<std::string_view, 6> names{"public_html", "htdocs", "httpdocs", "html", "www", "docroot"};
  return std::ranges::find(names, folder.filename().string()) != names.end();
}

}  // namespace

std::string url_path(const fs::path& folder, const fs::path& docroot) {
  const auto relative = fs::weakly_canonical(folder).lexically_relative(fs::weakly_canonical(docroot));
  if (relative.empty() || *relative.begin() == ".." || relative == ".") return {};
  return "/" + relative.string();
}

fs::path guess_docroot(const fs::path& folder) {
  using Sign = bool (*)(const fs::path&);
  for (const Sign sign : {Sign{has_our_block}, Sign{has_wordpress}, Sign{has_usual_name}}) {
    for (fs::path above = folder.parent_path(); above.has_relative_path(); above = above.parent_path())
      if (sign(above)) return above;
  }
  return {};
}

fs::path worker_folder(const fs::path& docroot) {
  if (docroot.empty()) return {};
  const std::string block = our_block(docroot).value_or("");
  constexpr std::string_view program = "/claimcheck.fcgi$1";
  const std::size_t end = block.find(program);
  const std::size_t begin = end == std::string::npos ? end : block.rfind(' ', end);
  const std::string url = begin == std::string::npos ? "/claimcheck" : block.substr(begin + 1, end - begin - 1);
  std::error_code unreadable;
  const fs::path folder = docroot / url.substr(1);
  return fs::is_directory(folder, unreadable) ? folder : fs::path{};
}

}  // namespace claimcheck::htaccess
