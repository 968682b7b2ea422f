#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"

namespace claimcheck::config {

/// A value as TOML has it.
using Value = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>>;

/// What is wrong with a value, for people; nothing if it is right.
using Wrong = std::optional<std::string>;

/// One setting: the only place where its name, default, meaning and check are written.
template <class Table>
struct Setting {
  std::string_view key;
  std::string_view standard;  ///< the default as TOML text; empty if there is none
  std::string_view help;
  /// Takes the value over if it is right.
  std::function<Wrong(Table&, const Value&)> set;
};

const std::vector<Setting<Site>>& site_settings();
const std::vector<Setting<StoreSettings>>& store_settings();
const std::vector<Setting<StorageSettings>>& storage_settings();
const std::vector<Setting<ProfileSettings>>& profile_settings();
const std::vector<Setting<Policy>>& policy_settings();
const std::vector<Setting<Log>>& log_settings();
const std::vector<Setting<Worker>>& worker_settings();
const std::vector<Setting<MailSettings>>& mail_settings();
const std::vector<Setting<OrphanSettings>>& orphan_settings();
const std::vector<Setting<CheckSettings>>& check_settings();
const std::vector<Setting<CountrySettings>>& country_settings();
const std::vector<Setting<LimitSettings>>& limit_settings();
const std::vector<Setting<PurchaseSettings>>& purchase_settings();
const std::vector<Setting<ProductSettings>>& product_settings();
const std::vector<Setting<StripeSettings>>& stripe_settings();

}  // namespace claimcheck::config
