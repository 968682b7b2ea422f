#include "admin/conditions_check.h"

#include <chrono>

#include "checks/country_database.h"
#include "config/storage_rules.h"
#include "core/error.h"
#include "core/named_query.h"
#include "sql/question.h"

namespace claimcheck::admin {
namespace {

using htaccess::Finding;
using htaccess::found;
using htaccess::State;

Finding look_at_countries(const std::string& file) {
  try {
    checks::open_countries(file, [] { return std::chrono::steady_clock::now(); })->find("192.0.2.1");
    return found("countries", file, State::ok, "the country database can be read");
  } catch (const Error& error) {
    return found("countries", file, State::fault, error.what());
  }
}

/// Asks the check's own query, with values that nothing has: whether there is a row does not matter.
Finding look_at_query(const std::string& name, const CheckSettings& check, const StoreSettings& store) {
  const std::string subject = "check." + name;
  try {
    const NamedQuery query = parse_query(check.query);
    sql::open_question(check, store)->ask(query, std::vector<std::string>(query.names.size()));
    return found("check.sql", subject, State::ok, "its database answers");
  } catch (const Error& error) {
    return found("check.sql", subject, State::fault, error.what());
  }
}

/// Asks for an object that nothing has: a bucket that can be asked says so.
Finding look_at_bucket(const std::string& name, const StorageSettings& settings, const Storage& storage) {
  const std::string subject = "storage." + name;
  try {
    storage.open("claimcheck-doctor-asks-for-nothing", ServedAs::stored);
  } catch (const Error& error) {
    if (error.code() != Errc::file_not_found) return found("storage.bucket", subject, State::fault, error.what());
  }
  return found("storage.bucket", subject, State::ok, "the bucket " + settings.bucket + " answers");
}

}  // namespace

htaccess::Findings check_conditions(const config::Config& config, const Storages& storages) {
  htaccess::Findings findings;
  if (!config.countries.database.empty()) findings.push_back(look_at_countries(config.countries.database));
  for (const auto& [name, check] : config.checks)
    if (check.kind == CheckSettings::Kind::sql) findings.push_back(look_at_query(name, check, config.store));
  for (const auto& [name, storage] : config.storages)
    if (config::is_bucket(storage)) findings.push_back(look_at_bucket(name, storage, *storages.at(name)));
  return findings;
}

}  // namespace claimcheck::admin
