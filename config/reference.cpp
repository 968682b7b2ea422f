#include <fmt/format.h>

#include <sstream>

#include "config/config.h"
#include "config/settings.h"

namespace claimcheck::config {
namespace {

struct Section {
  std::string_view name;     ///< as in the example file
  std::string_view heading;  ///< what it is for
  bool needed = true;        ///< else the example only shows how it would be written
};

constexpr Section site{"site", "The site"};
constexpr Section store{"store", "Where tokens are kept"};
constexpr Section storage{"storage.uploads", "A place that keeps files; one table each, under a name of your choice"};
constexpr Section profile{"profile.ID", "A key of encrypted backups; one table each, under the id that their metadata name",
                          false};
constexpr Section policy{"policy.default", "Rules for new links; further policies are [policy.NAME]"};
constexpr Section log{"log", "The log"};
constexpr Section worker{"worker", "The worker process"};
constexpr Section mail{"mail", "Mails to those who have links, and to you"};
constexpr Section check{"check.payment", "Conditions outside the link; one table each, named by policies", false};
constexpr Section countries{"countries", "Where visitors are, for policies that name countries"};
constexpr Section limits{"limits", "How often somebody may be wrong"};
constexpr Section purchase{"purchase", "The interface for shops that sell software"};
constexpr Section product{"product.macos", "What is sold, for each of macos, windows and linux", false};
constexpr Section stripe{"stripe", "What Stripe tells of payments"};
constexpr Section orphans{"[orphans]", "Leftovers to remove; as many tables as there are folders", false};

/// Calls `each(section, settings)` for every table of the file, in the order of the file.
template <class Each>
void for_each_section(Each each) {
  each(site, site_settings());
  each(store, store_settings());
  each(storage, storage_settings());
  each(profile, profile_settings());
  each(policy, policy_settings());
  each(check, check_settings());
  each(countries, country_settings());
  each(limits, limit_settings());
  each(purchase, purchase_settings());
  each(product, product_settings());
  each(stripe, stripe_settings());
  each(log, log_settings());
  each(worker, worker_settings());
  each(mail, mail_settings());
  each(orphans, orphan_settings());
}

/// `text` broken into lines of at most `width` characters, each with `prefix` in front.
std::string wrapped(std::string_view text, std::string_view prefix, std::size_t width) {
  std::istringstream words{std::string{text}};
  std::string out;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      out += fmt::format("{}{}\n", prefix, line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + fmt::format("{}{}\n", prefix, line);
}

std::string_view placeholder(std::string_view section, std::string_view key) {
  if (section == site.name && key == "url") return "\"https://example.com\"";
  if (section == product.name) return "\"releases/App-3.1.dmg\"";
  if (key == "query") return "\"SELECT status = 'completed' FROM wp_smi_jobs WHERE job_id = :job_id\"";
  if (key == "folder") return "\"/home/me/uploads-incoming\"";
  if (key == "patterns") return "[\"*.part\"]";
  if (section == store.name && key == "url") return "\"sqlite:/home/me/claimcheck/claimcheck.db\"";
  if (section == profile.name) return "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"";
  return "\"/home/me/public_html/wp-content/uploads/claimcheck\"";
}

}  // namespace

std::string example() {
  std::string out = "# claimcheck.toml: keep it outside the web server's document root, mode 0600.\n";
  for_each_section([&](const Section& section, const auto& settings) {
    out += fmt::format("\n# {}.\n{}[{}]\n", section.heading, section.needed ? "" : "#", section.name);
    for (const auto& setting : settings) {
      const bool required = section.needed && setting.help.ends_with("Required.");
      out += wrapped(setting.help, "# ", 100);
      out += fmt::format("{}{} = {}\n", required ? "" : "#", setting.key,
                         setting.standard.empty() ? placeholder(section.name, setting.key) : setting.standard);
    }
  });
  return out;
}

std::string reference() {
  std::string out =
      "# Configuration\n\n"
      "`claimcheck.toml` is looked for in this order: `--config FILE`, the environment variable `CLAIMCHECK_CONFIG`, the "
      "folder "
      "of\nthe program and every folder above it (or a folder `claimcheck` there), `~/claimcheck/`, `/etc/claimcheck/`. Keep "
      "it outside the document root, with "
      "mode 0600.\nA value `\"@/path\"` stands for the first line of that file. `claimcheck check` reports every fault with "
      "its "
      "line;\n`claimcheck check --example` prints a commented file. This page is made from the same table "
      "(`claimcheck check --reference`).\n";
  for_each_section([&](const Section& section, const auto& settings) {
    out += fmt::format("\n## `[{}]`\n\n{}.\n\n| setting | default | meaning |\n|---|---|---|\n", section.name, section.heading);
    for (const auto& setting : settings) {
      const std::string standard = setting.standard.empty() ? "" : fmt::format("`{}`", setting.standard);
      out += fmt::format("| `{}` | {} | {} |\n", setting.key, standard, setting.help);
    }
  });
  return out;
}

}  // namespace claimcheck::config
