#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/package_advice.h"
#include "admin/package_file.h"
#include "admin/package_options.h"
#include "admin/progress_bar.h"
#include "core/ascii.h"
#include "core/issue.h"
#include "core/quantity.h"
#include "core/representation.h"
#include "files/package/publish.h"

namespace claimcheck::admin {
namespace {

struct PublishOptions {
  PackageOptions package;
  std::string storage, policy = "default", email;
  std::optional<std::int64_t> uses;
  bool issue = false;
};

/// What is judged beyond what was asked for: the structure of what calls itself a ZIP archive.
PackageExpectation expectation_of(const PublishOptions& given) {
  PackageExpectation expected = expectation_of(given.package);
  const bool is_zip = lower(given.package.file).ends_with(".zip") || !expected.contains.empty();
  expected.format = is_zip ? PackageExpectation::Format::zip : PackageExpectation::Format::any;
  return expected;
}

/// The name of the storage and the folder that it keeps files in.
std::pair<std::string, std::string> target_of(const config::Config& config, const std::string& wanted) {
  const auto& storages = config.storages;
  const auto storage = wanted.empty() && storages.size() == 1 ? storages.begin() : storages.find(wanted);
  if (storage == storages.end()) throw Error{Errc::bad_request, "--storage must name one of the storages in the configuration"};
  if (storage->second.kind != "directory")
    throw Error{Errc::bad_request, "only storages of kind \"directory\" can be published to"};
  return {storage->first, storage->second.root};
}

/// What a link to the file is made with. Its page shows the checksum.
IssueRequest request_of(const PublishOptions& given, const std::string& storage, const files::Published& published) {
  return {.storage = storage,
          .file = published.path,
          .filename = std::filesystem::path{given.package.file}.filename().string(),
          .email = given.email,
          .max_uses = given.uses,
          .facts = {{"sha256", published.sha256}}};
}

/// Throws Error{bad_request} for what can be seen to fail before anything is published.
void check_issue(const Context& context, const PublishOptions& given) {
  check(request_of(given, given.storage, {.path = "to/come", .sha256 = "to come"}));
  if (!context.config.policies.contains(given.policy))
    throw Error{Errc::bad_request, "--policy must name one of the policies in the configuration"};
}

/// Tells of a file that stays where it is.
void tell_refusal(Options& options, const PublishOptions& given, const PackageFile& file, const PackageFault& fault) {
  options.status = 1;
  const bool removed = given.package.delete_invalid && remove_invalid(file, fault);
  if (options.json) {
    Json verdict = represent_verdict(fault, file.path(), file.size());
    if (given.package.delete_invalid) verdict["deleted"] = removed;
    fmt::print("{}\n", verdict.dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  fmt::print("{}{}It is not published.\n", tell_fault(fault, file.path()), removed ? "It is removed. " : "");
}

void publish_file(Options& options, const PublishOptions& given) {
  const PackageExpectation expected = expectation_of(given);
  Context context{options};
  const auto [storage, root] = target_of(context.config, given.storage);
  if (given.issue) check_issue(context, given);
  PackageFile file{given.package.file};
  if (const auto fault = file.judge(expected, progress_bar())) return tell_refusal(options, given, file, *fault);
  const files::Published copy =
      files::publish(file.content(), file.path(), root, context.tokens.now(), context.random, progress_bar());
  if (file.has_changed()) {
    std::filesystem::remove(std::filesystem::path{root} / copy.path);
    throw Error{Errc::file_changed, "the file was changed while it was published; nothing is published"};
  }
  std::optional<Issued> issued;
  if (given.issue) issued = issue(request_of(given, storage, copy), given.policy, issue_means(context));
  if (options.json) {
    Json published{{"storage", storage}, {"path", copy.path}, {"size", file.size()}, {"sha256", copy.sha256}};
    if (issued) published["token"] = represent(*issued, context.config.site);
    fmt::print("{}\n", published.dump());
    return;
  }
  fmt::print("{}\n", copy.path);
  if (issued)
    fmt::print("{}\n\n{} ({}), until {}. The link is shown only now; token {}.\n",
               link_to(context.config.site, issued->secret.reveal()), issued->token.filename, format_size(file.size()),
               format_rfc3339(issued->token.expires_at), issued->token.id.text);
}

}  // namespace

void add_publish_command(CLI::App& app, Options& options) {
  const auto given = std::make_shared<PublishOptions>();
  CLI::App* publish = app.add_subcommand("publish", "judge a file, then copy it into a storage under a name nobody can guess");
  add_package_options(*publish, given->package);
  publish->add_option("--storage", given->storage, "which storage, if there are several");
  CLI::Option* issue = publish->add_flag("--issue", given->issue, "make a link to it as well");
  publish->add_option("--policy", given->policy, "the policy whose rules apply to the link")
      ->capture_default_str()
      ->needs(issue);
  publish->add_option("--uses", given->uses, "how many downloads; 0 for any number")
      ->check(CLI::Range(0, 1'000'000))
      ->needs(issue);
  publish->add_option("--email", given->email, "whom the link is for")->needs(issue);
  publish->callback([&options, given] { publish_file(options, *given); });
}

}  // namespace claimcheck::admin
