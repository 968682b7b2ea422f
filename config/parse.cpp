#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "config/config.h"
#include "config/consistency.h"
#include "config/settings.h"
#include "config/storage_rules.h"

namespace claimcheck::config {
namespace {

int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

/// Collects what is wrong while it fills a Config.
class Reader {
 public:
  Reader(Config& config, std::vector<Fault>& faults) : config_(config), faults_(faults) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string name{key.str()};
      if (name == "site") {
        table(node, name, site_settings(), config_.site);
      } else if (name == "store") {
        table(node, name, store_settings(), config_.store);
      } else if (name == "log") {
        table(node, name, log_settings(), config_.log);
      } else if (name == "worker") {
        table(node, name, worker_settings(), config_.worker);
      } else if (name == "mail") {
        table(node, name, mail_settings(), config_.mail);
      } else if (name == "orphans") {
        list(node, name, orphan_settings(), config_.orphans);
      } else if (name == "countries") {
        table(node, name, country_settings(), config_.countries);
      } else if (name == "limits") {
        table(node, name, limit_settings(), config_.limits);
      } else if (name == "purchase") {
        table(node, name, purchase_settings(), config_.purchase);
      } else if (name == "stripe") {
        table(node, name, stripe_settings(), config_.stripe);
      } else if (name == "product") {
        tables(node, name, product_settings(), config_.purchase.products);
      } else if (name == "check") {
        tables(node, name, check_settings(), config_.checks);
      } else if (name == "storage") {
        tables(node, name, storage_settings(), config_.storages);
      } else if (name == "profile") {
        tables(node, name, profile_settings(), config_.profiles);
      } else if (name == "policy") {
        tables(node, name, policy_settings(), config_.policies);
      } else {
        fault(node, "[" + name +
                        "] is no table of this file; known are site, store, storage.NAME, profile.ID, policy.NAME, check.NAME, "
                        "log, worker, mail, "
                        "limits, countries, purchase, product.NAME, stripe, [orphans]");
      }
    }
  }

 private:
  void fault(const toml::node& node, std::string message) {
    faults_.push_back({.line = line_of(node), .message = std::move(message)});
  }

  template <class Table>
  void tables(const toml::node& node, const std::string& name, const std::vector<Setting<Table>>& settings,
              std::map<std::string, Table>& into) {
    const toml::table* names = node.as_table();
    if (names == nullptr) return fault(node, name + " must be written as [" + name + ".NAME]");
    for (const auto& [key, child] : *names) {
      const std::string each{key.str()};
      if (each.size() > 64 ||
          each.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != std::string::npos) {
        fault(child, "[" + name + "." + each + "]: a name has at most 64 letters, digits, - and _");
        continue;
      }
      table(child, name + "." + each, settings, into[each]);
    }
  }

  template <class Table>
  void list(const toml::node& node, const std::string& name, const std::vector<Setting<Table>>& settings,
            std::vector<Table>& into) {
    const toml::array* tables = node.as_array();
    if (tables == nullptr) return fault(node, name + " must be written as [[" + name + "]]");
    for (const toml::node& each : *tables) table(each, "[" + name + "]", settings, into.emplace_back());
  }

  template <class Table>
  void table(const toml::node& node, const std::string& name, const std::vector<Setting<Table>>& settings, Table& into) {
    const toml::table* values = node.as_table();
    if (values == nullptr) return fault(node, name + " must be a table: [" + name + "]");
    for (const auto& [key, child] : *values) {
      const auto setting = std::ranges::find(settings, key.str(), &Setting<Table>::key);
      if (setting == settings.end()) {
        std::string known;
        for (const auto& each : settings) known += (known.empty() ? "" : ", ") + std::string{each.key};
        fault(child, "[" + name + "] has no setting \"" + std::string{key.str()} + "\"; known are " + known);
        continue;
      }
      const auto given = value(child);
      const auto wrong = given ? setting->set(into, *given) : "must be text, a number, true, false or a list of texts";
      if (wrong) fault(child, "[" + name + "] " + std::string{key.str()} + " " + *wrong);
    }
  }

  std::optional<Value> value(const toml::node& node) {
    if (const auto* text = node.as_string()) return from_file(node, text->get());
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* real = node.as_floating_point()) return real->get();
    if (const auto* flag = node.as_boolean()) return flag->get();
    const toml::array* list = node.as_array();
    if (list == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const toml::node& element : *list) {
      if (!element.is_string()) return std::nullopt;
      texts.push_back(from_file(element, element.as_string()->get()));
    }
    return texts;
  }

  /// "@/path" stands for the first line of that file, so that a secret need not be in this one.
  std::string from_file(const toml::node& node, const std::string& text) {
    if (!text.starts_with("@/")) return text;
    std::ifstream file{text.substr(1)};
    std::string line;
    if (!std::getline(file, line)) fault(node, "the file " + text.substr(1) + " cannot be read, or is empty");
    return line;
  }

  Config& config_;
  std::vector<Fault>& faults_;
};

bool is_blank(toml::node_view<const toml::node> setting) {
  return !setting || (setting.is_string() && setting.as_string()->get().empty());
}

/// Settings without a default that nobody wrote. A wrong value was reported already.
void require_the_rest(const toml::table& root, const Config& config, std::vector<Fault>& faults) {
  if (!root["site"]["url"]) faults.push_back({.message = "[site] url is missing: the address that links are built from"});
  if (config.storages.empty())
    faults.push_back({.message = "there is no storage: add [storage.uploads] with root = \"/path/of/the/locked/folder\""});
  for (std::size_t i = 0; i < config.orphans.size(); ++i) {
    if (!root["orphans"][i]["folder"]) faults.push_back({.message = "[[orphans]] folder is missing"});
    if (!root["orphans"][i]["patterns"]) faults.push_back({.message = "[[orphans]] patterns is missing"});
  }
  if (config.mail.transport != MailSettings::Transport::off && is_blank(root["mail"]["from"]))
    faults.push_back({.message = "[mail] from is missing: the address that mails come from"});
  if (config.mail.transport == MailSettings::Transport::smtp && is_blank(root["mail"]["host"]))
    faults.push_back({.message = "[mail] host is missing: the SMTP server"});
  require_consistent(config, faults);
  for (const auto& [name, storage] : config.storages) {
    const std::string table = "[storage." + name + "] ";
    // A value that was wrong is not missing too.
    if (std::ranges::none_of(faults, [&](const Fault& fault) { return fault.message.starts_with(table); }))
      for (const std::string& fault : faults_of(storage)) faults.push_back({.message = table + fault});
    if (!is_bucket(storage) && !root["storage"][name]["root"])
      faults.push_back({.message = "[storage." + name + "] root is missing"});
    if (needs_url(storage.hand_off) && !root["storage"][name]["url"])
      faults.push_back(
          {.message = "[storage." + name + "] url is missing: with this delivery the web server finds files by it"});
  }
}

}  // namespace

Parsed parse(std::string_view text, const std::filesystem::path& folder) {
  Parsed parsed;
  parsed.config.folder = folder;
  parsed.config.policies["default"] = Policy{};
  try {
    const toml::table root = toml::parse(text);
    Reader{parsed.config, parsed.faults}.read(root);
    require_the_rest(root, parsed.config, parsed.faults);
  } catch (const toml::parse_error& fault) {
    parsed.faults.push_back({.line = static_cast<int>(fault.source().begin.line), .message = std::string{fault.description()}});
  }
  for (auto& [name, policy] : parsed.config.policies) policy.name = name;
  if (parsed.config.store.url.empty()) parsed.config.store.url = "sqlite:" + (folder / "claimcheck.db").string();
  std::ranges::stable_sort(parsed.faults, {}, &Fault::line);
  return parsed;
}

Parsed load(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    Parsed parsed;
    parsed.faults.push_back({.message = "the file cannot be read"});
    return parsed;
  }
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const std::filesystem::path whole = std::filesystem::absolute(path);
  Parsed parsed = parse(text, whole.parent_path());
  parsed.config.file = whole;
  return parsed;
}

}  // namespace claimcheck::config
