#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/table.h"
#include "core/error.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

void add_key(const Options& options, const std::string& name, const std::vector<std::string>& words) {
  Context context{options};
  const auto [key, text] = make_key(name, words, context.tokens.now(), context.random);
  for (const std::string& storage : key.storages)
    if (!context.config.storages.contains(storage))
      throw Error{Errc::bad_request, "the configuration has no storage " + storage};
  if (!context.keys.add(key)) throw Error{Errc::internal, "a new key's id or digest exists already"};
  if (options.json) {
    Json shown = represent(key);
    shown["key"] = text.reveal();
    fmt::print("{}\n", shown.dump());
  } else {
    fmt::print("{}\n\nThe key \"{}\" is shown only now. Send it as `Authorization: Bearer KEY`; key id {}.\n", text.reveal(),
               name, key.id);
  }
}

void list_keys(const Options& options) {
  Context context{options};
  const std::vector<ApiKey> keys = context.keys.list();
  if (options.json) {
    Json shown = Json::array();
    for (const ApiKey& key : keys) shown.push_back(represent(key));
    fmt::print("{}\n", Json{{"keys", std::move(shown)}}.dump());
    return;
  }
  std::vector<std::vector<std::string>> rows{{"ID", "NAME", "SCOPES", "CREATED", "REVOKED"}};
  for (const ApiKey& key : keys) {
    rows.push_back({key.id, key.name, fmt::format("{}", fmt::join(scope_words(key), ",")), format_rfc3339(key.created_at),
                    key.revoked_at ? format_rfc3339(*key.revoked_at) : ""});
  }
  fmt::print("{}", table(rows));
}

void revoke_key(const Options& options, const std::string& id) {
  Context context{options};
  if (!context.keys.revoke(id, context.tokens.now()))
    throw Error{Errc::invalid_token, "no live key has the id " + id + "; `claimcheck key list` shows them"};
  if (options.json)
    fmt::print("{}\n", Json{{"id", id}, {"revoked", true}}.dump());
  else
    fmt::print("The key is revoked; every worker refuses it from now on.\n");
}

}  // namespace

void add_key_commands(CLI::App& app, Options& options) {
  CLI::App* key = app.add_subcommand("key", "API keys for programs that issue links");
  key->require_subcommand(1);
  const auto name = std::make_shared<std::string>();
  const auto scopes = std::make_shared<std::vector<std::string>>();
  CLI::App* add = key->add_subcommand("add", "make a key");
  add->add_option("NAME", *name, "what it is for, such as \"shop plugin\"")->required();
  add->add_option("--scope", *scopes,
                  "what it may do: issue, read, manage, privacy, metrics, storage:NAME; several with commas")
      ->required()
      ->delimiter(',');
  add->callback([&options, name, scopes] { add_key(options, *name, *scopes); });
  CLI::App* list = key->add_subcommand("list", "all keys, without their text");
  list->callback([&options] { list_keys(options); });
  const auto id = std::make_shared<std::string>();
  CLI::App* revoke = key->add_subcommand("revoke", "withdraw a key at once");
  revoke->add_option("ID", *id)->required();
  revoke->callback([&options, id] { revoke_key(options, *id); });
}

}  // namespace claimcheck::admin
