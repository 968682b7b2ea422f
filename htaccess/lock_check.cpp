#include "htaccess/lock_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

#include "core/ascii.h"
#include "core/error.h"
#include "core/percent_encoding.h"
#include "htaccess/blocks.h"
#include "htaccess/marked_file.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;

/// What servers and panels treat in ways of their own: static files, pages, programs.
constexpr const char* extensions[] = {".zip", ".pdf", ".bin", ".jpg", ".mp4", ".html", ".txt", ".php", ""};
constexpr const char* nested_extensions[] = {".zip", ".html", ".php", ""};

/// Shown or executed, the word is in it.
std::string canary_text(const std::string& word) {
  return word + "\n<?php echo 'executed'; ?>\n";
}

std::string content_of_control(const std::string& word) {
  return word + "\n";
}

/// What fetching canaries came to.
struct Looked {
  std::vector<std::string> leaked;  ///< in words
  std::set<int> statuses;
  std::string failure;
};

class Look {
 public:
  Look(const Premises& premises, const LockedFolder& folder, Canaries& canaries, const Fetch& fetch)
      : origin_(origin_of(premises.url)), folder_(folder), canaries_(canaries), fetch_(fetch) {}

  std::string address(const fs::path& path) const {
    return origin_ + folder_.url + "/" + percent_encoded_path(path.lexically_relative(folder_.path).string());
  }

  /// Puts a canary into `place` and asks for it.
  void at(const fs::path& place, const char* extension, Looked& looked) {
    const Canary canary = canaries_.add(place, extension, canary_text);
    const WebAnswer answer = fetch_({.url = address(canary.path)});
    if (answer.failure != Failure::none) {
      looked.failure = answer.reason;
      return;
    }
    looked.statuses.insert(answer.status);
    if (answer.body.find(canary.word) == std::string::npos) return;
    const bool executed = answer.body.find("<?php") == std::string::npos;
    looked.leaked.push_back(fmt::format("{} was {}", canary.path.filename().string(), executed ? "executed" : "sent"));
  }

  /// Whether the address of a folder shows the names of its files.
  bool lists(const fs::path& place, const std::string& name) {
    return fetch_({.url = address(place) + "/"}).body.find(name) != std::string::npos;
  }

 private:
  std::string origin_;
  const LockedFolder& folder_;
  Canaries& canaries_;
  const Fetch& fetch_;
};

/// A .htaccess that is not ours, deeper inside.
struct Foreign {
  fs::path file;
  bool opens = false;  ///< it has a directive that may grant access
};

bool may_open(std::string_view text) {
  const std::string small = lower(text);
  constexpr const char* openers[] = {"require all granted", "allow from", "satisfy any", "rewriteengine off"};
  return std::ranges::any_of(openers, [&](const char* each) { return small.find(each) != std::string::npos; });
}

std::vector<Foreign> foreign_files(const fs::path& root) {
  std::vector<Foreign> found;
  std::error_code unreadable;
  constexpr auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator entry(root, options, unreadable);
  for (; !unreadable && entry != fs::recursive_directory_iterator(); entry.increment(unreadable)) {
    if (entry->path().filename() != ".htaccess" || entry->path().parent_path() == root) continue;
    const auto text = read_file(entry->path().string());
    found.push_back({.file = entry->path(), .opens = text && may_open(*text)});
  }
  return found;
}

Findings check_nested(const LockedFolder& folder, Look& look) {
  Findings findings;
  for (const Foreign& foreign : foreign_files(folder.path)) {
    Looked looked;
    for (const char* extension : {".zip", ".php"}) look.at(foreign.file.parent_path(), extension, looked);
    if (!looked.leaked.empty()) {
      findings.push_back(found("lock.nested", foreign.file.string(), State::leak,
                               fmt::format("{} opens its folder: {}", foreign.file.string(), looked.leaked.front())));
    } else if (foreign.opens) {
      findings.push_back(found("lock.nested", foreign.file.string(), State::warning,
                               "it tries to open its folder; the lock outvotes it on this server, another may not"));
    }
  }
  return findings;
}

/// Why the lock does not hold, and what would.
Finding leak(const Premises& premises, const LockedFolder& folder, const Looked& looked) {
  const auto text = read_file((folder.path / ".htaccess").string());
  const bool has_block = text && block_in(*text, lock_name);
  const std::string seen = fmt::format("{} (of {} ways to leak)", looked.leaked.front(), looked.leaked.size());
  if (!has_block)
    return found("lock", folder.path.string(), State::leak,
                 fmt::format("storage {}: {}: the folder has no lock", folder.storage, seen));
  const std::string docroot = premises.docroot.empty() ? "DOCROOT" : premises.docroot.string();
  return found("lock", folder.path.string(), State::leak,
               fmt::format("storage {}: {} although the lock is in place: the web server, or one in front of it, ignores "
                           ".htaccess files (AllowOverride None, nginx, or a panel's \"serve static files directly\")",
                           folder.storage, seen),
               fmt::format("Apache: `AllowOverride All` for the document root, or in the virtual host\n"
                           "  <Directory \"{0}\">\n    Require all denied\n  </Directory>\n"
                           "nginx, also in front of Apache, in the server block\n"
                           "  location ^~ {1}/ {{ internal; }}\n"
                           "as `claimcheck lock print nginx --docroot {2}` shows in full",
                           folder.path.string(), folder.url, docroot));
}

std::string statuses_of(const Looked& looked) {
  std::string text;
  for (const int status : looked.statuses) text += (text.empty() ? "" : ", ") + std::to_string(status);
  return text;
}

/// Nothing came out; whether that means anything.
Finding judged(const LockedFolder& folder, const Mapping& mapping, const Looked& looked) {
  const std::string subject = folder.path.string();
  if (!looked.failure.empty())
    return found("lock", subject, State::unverified,
                 fmt::format("storage {}: its address could not be asked: {}", folder.storage, looked.failure));
  const bool differs = looked.statuses == std::set{403} && !mapping.statuses.empty() && !mapping.statuses.contains(403);
  if (mapping.proved || differs)
    return found("lock", subject, State::ok,
                 fmt::format("storage {}: locked; the canaries got {}", folder.storage, statuses_of(looked)));
  return found(
      "lock", subject, State::unverified,
      fmt::format("storage {}: the canaries got {}, but so did a file beside the folder that anybody may read: "
                  "{} may not be this folder's address",
                  folder.storage, statuses_of(looked), folder.url),
      fmt::format("[storage.{}] url = \"/the/folder's/path/on/the/site\" in claimcheck.toml, or --docroot", folder.storage));
}

/// A file that anybody may read; a name without a file if we may not write there: then it tells what a file gets that is not
/// there.
Canary control_in(const fs::path& folder, Canaries& canaries) {
  try {
    return canaries.add(folder, ".txt", content_of_control);
  } catch (const Error&) {
    return {.path = folder / "claimcheck-canary-nowhere.txt", .word = {}};
  }
}

}  // namespace

Mapping prove_mapping(const Premises& premises, const LockedFolder& folder, Canaries& canaries, const Fetch& fetch) {
  Mapping mapping;
  fs::path url = folder.url, path = folder.path;
  while (!mapping.proved && url.has_relative_path() && url.filename() == path.filename()) {
    url = url.parent_path();
    path = path.parent_path();
    const Canary control = control_in(path, canaries);
    mapping.tried = mapping.tried || !control.word.empty();
    const WebAnswer answer =
        fetch({.url = origin_of(premises.url) + percent_encoded_path((url / control.path.filename()).string())});
    mapping.statuses.insert(answer.status);
    mapping.proved = !control.word.empty() && answer.body.find(control.word) != std::string::npos;
  }
  return mapping;
}

Findings check_lock(const Premises& premises, const LockedFolder& folder, const Mapping& mapping, Canaries& canaries,
                    const Fetch& fetch) {
  if (folder.outside)
    return {found("lock", folder.path.string(), State::ok,
                  fmt::format("storage {}: it lies outside the document root", folder.storage))};
  if (folder.url.empty())
    return {found("lock", folder.path.string(), State::unverified,
                  fmt::format("storage {}: its address on the site is not known", folder.storage),
                  fmt::format("[storage.{}] url = \"/wp-content/uploads/claimcheck\" in claimcheck.toml, or --docroot DOCROOT",
                              folder.storage))};
  try {
    Look look{premises, folder, canaries, fetch};
    Looked looked;
    for (const char* extension : extensions) look.at(folder.path, extension, looked);
    const fs::path below = canaries.add_folder(folder.path);
    for (const char* extension : nested_extensions) look.at(below, extension, looked);
    if (!looked.leaked.empty()) return {leak(premises, folder, looked)};
    Findings findings{judged(folder, mapping, looked)};
    const Canary listed = canaries.add(below, ".txt", canary_text);
    if (look.lists(below, listed.path.filename().string()))
      findings.push_back(found("lock.listing", folder.path.string(), State::fault, "the folder shows the names of its files"));
    append(findings, check_nested(folder, look));
    return findings;
  } catch (const Error& error) {
    return {found("lock", folder.path.string(), State::unverified, fmt::format("storage {}: {}", folder.storage, error.what()),
                  "run the doctor as the user whom the folder belongs to")};
  }
}

Findings check_lock_block(const Premises& premises, const LockedFolder& folder, bool by_htaccess) {
  const auto text = read_file((folder.path / ".htaccess").string());
  const auto block = text ? block_in(*text, lock_name) : std::nullopt;
  if (!block || premises.gate.empty() || *block == lock_block(premises.gate)) return {};
  if (block->find(premises.gate) == std::string::npos)
    return {found("lock.gate", folder.path.string(), by_htaccess ? State::fault : State::warning,
                  fmt::format("storage {}: the lock knows another gate than the worker, so the web server cannot send files "
                              "from it",
                              folder.storage))};
  return {found("lock.block", folder.path.string(), State::warning,
                fmt::format("storage {}: the lock was written by another version, or changed by hand", folder.storage))};
}

}  // namespace claimcheck::htaccess
