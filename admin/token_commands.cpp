#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/story.h"
#include "admin/table.h"
#include "core/error.h"
#include "core/issue.h"
#include "core/mail_draft.h"
#include "core/quantity.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

struct IssueOptions {
  std::string file, storage, filename, email, ttl, policy = "default";
  std::int64_t uses = -1;
  std::vector<std::string> facts;
  bool mail = false;
};

/// Turns a path on this machine into a storage and a path beneath its root. A path that is no file here is taken as one
/// beneath the storage already.
void place(IssueRequest& request, const config::Config& config) {
  std::error_code no_such_file;  // then it is looked for in the storage, which reports what is wrong
  const auto given = std::filesystem::canonical(request.file, no_such_file);
  if (no_such_file) return;
  for (const auto& [name, storage] : config.storages) {
    if (!request.storage.empty() && name != request.storage) continue;
    const auto root = std::filesystem::weakly_canonical(storage.root);
    const auto relative = given.lexically_relative(root);
    if (relative.empty() || *relative.begin() == "..") continue;
    request.storage = name;
    request.file = relative.string();
    return;
  }
  if (std::filesystem::path{request.file}.is_absolute())
    throw Error{Errc::bad_request, "the file lies outside every storage; put it beneath one of the roots in the configuration"};
}

std::map<std::string, std::string> facts_of(const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> facts;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) throw Error{Errc::bad_request, "a fact is written --fact NAME=VALUE"};
    facts[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return facts;
}

void issue_link(const Options& options, const IssueOptions& given) {
  Context context{options};
  IssueRequest request{.storage = given.storage, .file = given.file, .email = given.email, .facts = facts_of(given.facts)};
  if (!given.filename.empty()) request.filename = given.filename;
  if (given.uses >= 0) request.max_uses = given.uses;
  if (!given.ttl.empty()) {
    request.ttl = parse_duration(given.ttl);
    if (!request.ttl) throw Error{Errc::bad_request, "--ttl must be a length of time, such as 90s, 24h or 7d"};
  }
  place(request, context.config);
  if (given.mail && given.email.empty()) throw Error{Errc::bad_request, "--mail needs --email: whom the link is for"};
  const auto seal = given.mail ? std::optional{require_mail(context)} : std::nullopt;
  const Issued issued =
      issue(request, given.policy, context.config.policies, context.storages, context.tokens, context.random, context.pause);
  if (seal) context.outbox.add(std::vector{make_mail(link_draft(issued), *seal, context.random, context.tokens.now())});
  if (options.json) {
    fmt::print("{}\n", represent(issued, context.config.site).dump());
    return;
  }
  const std::string uses = issued.token.max_uses == 0 ? "any number of" : fmt::format("{}", issued.token.max_uses);
  fmt::print("{}\n\n{} ({}), {} download{}, until {}. The link is shown only now; token {}.\n",
             link_to(context.config.site, issued.secret.reveal()), issued.token.filename,
             format_size(issued.token.version.size), uses, issued.token.max_uses == 1 ? "" : "s",
             format_rfc3339(issued.token.expires_at), issued.token.id.text);
  if (seal) fmt::print("It goes to {} with the next run of claimcheck-cron.\n", issued.token.email);
}

Error no_such_token(const std::string& id) {
  return Error{Errc::invalid_token, "there is no token with the id " + id + "; `claimcheck token list` shows them"};
}

void list_tokens(const Options& options, int limit) {
  Context context{options};
  const Time now = context.tokens.now();
  const std::vector<Token> tokens = context.tokens.list({.limit = limit});
  if (options.json) {
    Json shown = Json::array();
    for (const Token& token : tokens) shown.push_back(represent(token, now));
    fmt::print("{}\n", Json{{"tokens", std::move(shown)}}.dump());
    return;
  }
  std::vector<std::vector<std::string>> rows{{"ID", "STATE", "USES", "EXPIRES", "FILE", "EMAIL"}};
  for (const Token& token : tokens) {
    const std::string most = token.max_uses == 0 ? "unlimited" : fmt::format("{}", token.max_uses);
    rows.push_back({token.id.text, state_of(token, now), fmt::format("{}/{}", token.uses, most),
                    format_rfc3339(token.expires_at), token.file, token.email});
  }
  fmt::print("{}", table(rows));
}

void show_token(const Options& options, const std::string& id) {
  Context context{options};
  const auto token = context.tokens.find(TokenId{id});
  if (!token) throw no_such_token(id);
  const Time now = context.tokens.now();
  if (options.json) {
    fmt::print("{}\n", represent_story(*token, context.deliveries, now).dump());
  } else {
    fmt::print("{}", story_of(*token, context.deliveries, now));
  }
}

/// A new link in place of an old one, mailed to whom that was issued to.
void renew_token(const Options& options, const std::string& id) {
  Context context{options};
  const Seal seal = require_mail(context);
  const auto old = context.tokens.find(TokenId{id});
  if (!old) throw no_such_token(id);
  if (old->email.empty()) throw Error{Errc::bad_request, "the token has no address to mail a new link to"};
  const Issued issued =
      issue({.storage = old->storage,
             .file = old->file,
             .filename = old->filename,
             .email = old->email,
             .max_uses = old->max_uses,
             .ttl = {},
             .facts = old->facts},
            old->policy, context.config.policies, context.storages, context.tokens, context.random, context.pause);
  context.outbox.add(std::vector{make_mail(link_draft(issued, MailKind::renewal), seal, context.random, context.tokens.now())});
  Enforcement{context.tokens, context.pause}.revoke(old->id);
  if (options.json) {
    fmt::print("{}\n", represent(issued.token, context.tokens.now()).dump());
  } else {
    fmt::print("A new link goes to {} with the next run of claimcheck-cron; the old one is withdrawn. Token {}.\n",
               issued.token.email, issued.token.id.text);
  }
}

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

}  // namespace

void add_token_commands(CLI::App& app, Options& options) {
  const auto given = std::make_shared<IssueOptions>();
  CLI::App* issue = app.add_subcommand("issue", "make a link to a file");
  issue->add_option("FILE", given->file, "a file beneath a storage: its path here, or its path in the storage")->required();
  issue->add_option("--storage", given->storage, "which storage, if the path alone does not tell");
  issue->add_option("--policy", given->policy, "the policy whose rules apply")->capture_default_str();
  issue->add_option("--uses", given->uses, "how many downloads; 0 for any number")->check(CLI::Range(0, 1'000'000));
  issue->add_option("--ttl", given->ttl, "how long the link works, such as 24h or 7d");
  issue->add_option("--email", given->email, "whom the link is for");
  issue->add_flag("--mail", given->mail, "mail the link to --email");
  issue->add_option("--filename", given->filename, "what the copy is called");
  issue->add_option("--fact", given->facts, "NAME=VALUE to remember with the token; several allowed");
  issue->callback([&options, given] { issue_link(options, *given); });

  CLI::App* token = app.add_subcommand("token", "look after links that were made");
  token->require_subcommand(1);
  const auto limit = std::make_shared<int>(50);
  CLI::App* list = token->add_subcommand("list", "the newest tokens");
  list->add_option("--limit", *limit, "how many")->check(CLI::Range(1, 10'000))->capture_default_str();
  list->callback([&options, limit] { list_tokens(options, *limit); });
  const auto id = std::make_shared<std::string>();
  CLI::App* show = token->add_subcommand("show", "one token with its claims and deliveries");
  show->add_option("ID", *id)->required();
  show->callback([&options, id] { show_token(options, *id); });
  CLI::App* renew = token->add_subcommand("renew", "mail a new link in place of an old one");
  renew->add_option("ID", *id)->required();
  renew->callback([&options, id] { renew_token(options, *id); });
  CLI::App* revoke = token->add_subcommand("revoke", "withdraw a link");
  revoke->add_option("ID", *id)->required();
  revoke->callback([&options, id] { revoke_token(options, *id); });
}

}  // namespace claimcheck::admin
