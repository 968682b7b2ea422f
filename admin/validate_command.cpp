#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/package_advice.h"
#include "admin/package_file.h"
#include "admin/package_options.h"
#include "admin/progress_bar.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

void validate(Options& options, const PackageOptions& given) {
  constexpr int refused = 1;
  PackageFile file{given.file};
  const auto fault = file.judge(expectation_of(given), progress_bar());
  if (fault) options.status = refused;
  const bool removed = fault && given.delete_invalid && remove_invalid(file, *fault);
  if (options.json) {
    Json verdict = represent_verdict(fault, file.path(), file.size());
    if (given.delete_invalid) verdict["deleted"] = removed;
    fmt::print("{}\n", verdict.dump(-1, ' ', false, Json::error_handler_t::replace));  // a path may be no text
    return;
  }
  if (!fault) {
    fmt::print("{} is valid ({}).\n", file.path(), size_format(file.size()));
    return;
  }
  fmt::print("{}{}", tell_fault(*fault, file.path()), removed ? "It is removed.\n" : "");
}

}  // namespace

void add_validate_command(CLI::App& app, Options& options) {
  const auto given = std::make_shared<PackageOptions>();
  CLI::App* validate_command = app.add_subcommand("validate", "judge a ZIP package: size, checksum, structure, contents");
  add_package_options(*validate_command, *given);
  validate_command->callback([&options, given] { validate(options, *given); });
}

}  // namespace claimcheck::admin
