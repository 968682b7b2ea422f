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

fs::path guess_root(const fs::path& folder) {
  using Sign = bool (*)(const fs::path&);
  for (const Sign sign : {Sign{has_our_block}, Sign{has_wordpress}, Sign{has_usual_name}}) {
    for (fs::path above = folder.parent_path(); above.has_relative_path(); above = above.parent_path())
      if (sign(above)) return above;
  }
  return {};
}

}  // namespace

std::string url_path(const fs::path& folder, const fs::path& docroot) {
  const auto relative = fs::weakly_canonical(folder).lexically_relative(fs::weakly_canonical(docroot));
  if (relative.empty() || *relative.begin() == ".." || relative == ".") return {};
  return "/" + relative.string();
}

void find_roots(Premises& premises, const fs::path& storage) {
  // "blog" of "/blog/dl"
  const fs::path below = fs::path{premises.prefix}.relative_path().parent_path();
  if (!premises.docroot.empty()) {
    premises.rules = below.empty() || has_our_block(premises.docroot) ? premises.docroot : premises.docroot / below;
    return;
  }
  premises.docroot = premises.rules = guess_root(storage);
  if (below.empty() || premises.rules.empty()) return;
  const std::string tail = "/" + below.string(), rules = premises.rules.string();
  if (rules.ends_with(tail)) premises.docroot = rules.substr(0, rules.size() - tail.size());
}

fs::path worker_folder(const Premises& premises) {
  if (premises.rules.empty()) return {};
  const std::string block = our_block(premises.rules).value_or("");
  constexpr std::string_view program = "/claimcheck.fcgi$1";
  const std::size_t end = block.find(program);
  const std::size_t begin = end == std::string::npos ? end : block.rfind(' ', end);
  const fs::path folder =
      begin == std::string::npos ? premises.rules / "claimcheck" : premises.docroot / block.substr(begin + 2, end - begin - 2);
  std::error_code unreadable;
  return fs::is_directory(folder, unreadable) ? folder : fs::path{};
}

std::string install_arguments(const Premises& premises) {
  if (premises.rules.empty()) return "DOCROOT";
  std::string words = premises.rules.string();
  if (premises.rules != premises.docroot) words += " --docroot " + premises.docroot.string();
  if (!premises.worker.empty() && premises.worker != premises.rules / "claimcheck")
    words += " --worker-dir " + premises.worker.string();
  return words;
}

}  // namespace claimcheck::htaccess
