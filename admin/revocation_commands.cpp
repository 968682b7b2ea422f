#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "core/error.h"
#include "core/renewal.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

void revoke_token(const Options& options, const std::string& id) {
  Context context{options};
  const auto token = Enforcement{context.tokens, context.pause}.revoke(TokenId{id});
  if (!token) throw no_such_token(id);
  if (options.json) {
    fmt::print("{}\n", represent(*token, context.tokens.now()).dump());
  } else {
    fmt::print("The link to {} is withdrawn; whoever opens it is told so.\n", token->filename);
  }
}

void restore_token(const Options& options, const std::string& id) {
  Context context{options};
  if (!context.tokens.find(TokenId{id})) throw no_such_token(id);
  const Token token = restore(TokenId{id}, issue_means(context));
  const Time now = context.tokens.now();
  if (options.json) {
    fmt::print("{}\n", represent(token, now).dump());
  } else {
    fmt::print("The link to {} is no longer withdrawn; it is {}, until {}.\n", token.filename, to_string(state_of(token, now)),
               format_rfc3339(token.expires_at));
  }
}

}  // namespace

Error no_such_token(const std::string& id) {
  return Error{Errc::invalid_token, "there is no token with the id " + id + "; `claimcheck token list` shows them"};
}

void add_revocation_commands(CLI::App& token, Options& options) {
  const auto id = std::make_shared<std::string>();
  CLI::App* revoke = token.add_subcommand("revoke", "withdraw a link");
  revoke->add_option("ID", *id)->required();
  revoke->callback([&options, id] { revoke_token(options, *id); });
  CLI::App* restore = token.add_subcommand("restore", "take back that a link was withdrawn");
  restore->add_option("ID", *id)->required();
  restore->callback([&options, id] { restore_token(options, *id); });
}

}  // namespace claimcheck::admin
