#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/commands.h"
#include "admin/story.h"
#include "admin/table.h"
#include "core/ascii.h"
#include "core/error.h"
#include "core/issue.h"
#include "core/mail_draft.h"
#include "core/quantity.h"
#include "core/renewal.h"
#include "core/representation.h"

namespace claimcheck::admin {
namespace {

struct IssueOptions {
  std::string file, storage, filename, email, ttl, policy = "default";
  std::int64_t uses = -1;
  std::vector<std::string> facts;
  bool mail = false;
  std::optional<bool> decrypt;
};

/// Turns a path on this machine into a storage and a path beneath its root. A path that is no file here is taken as one
/// beneath the storage already.
void place(IssueRequest& request, const config::Config& config) {
  std::error_code no_such_file;  // then it is looked for in the storage, which reports what is wrong
  const auto given = std::filesystem::canonical(request.file, no_such_file);
  if (no_such_file) return;
  for (const auto& [name, storage] : config.storages) {
    if (storage.root.empty() || (!request.storage.empty() && name != request.storage)) continue;
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

seconds ttl_of(const std::string& text) {
  const auto ttl = parse_duration(text);
  if (!ttl) throw Error{Errc::bad_request, "--ttl must be a length of time, such as 90s, 24h or 7d"};
  return *ttl;
}

void mail_link(Context& context, const Issued& issued, MailKind kind, const Seal& seal) {
  context.outbox.add(std::vector{make_mail(link_draft(issued, kind), seal, context.random, context.tokens.now())});
}

void issue_link(const Options& options, const IssueOptions& given) {
  Context context{options};
  IssueRequest request{.storage = given.storage, .file = given.file, .email = given.email, .facts = facts_of(given.facts)};
  if (!given.filename.empty()) request.filename = given.filename;
  if (given.uses >= 0) request.max_uses = given.uses;
  if (!given.ttl.empty()) request.ttl = ttl_of(given.ttl);
  request.decrypt = given.decrypt;
  place(request, context.config);
  if (given.mail) check_recipient(given.email);
  const auto seal = given.mail ? std::optional{require_mail(context)} : std::nullopt;
  const Issued issued = issue(request, given.policy, issue_means(context));
  if (seal) mail_link(context, issued, MailKind::link, *seal);
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

struct ListOptions {
  int limit = 50;
  std::string email, fact, state, after;
};

TokenQuery query_of(const ListOptions& given) {
  TokenQuery query{.email = lower(given.email), .limit = given.limit};
  if (!given.after.empty()) query.after = TokenId{given.after};
  if (!given.state.empty()) query.state = parse_token_state(given.state);
  if (!given.fact.empty()) query.fact = *facts_of({given.fact}).begin();
  return query;
}

void list_tokens(const Options& options, const ListOptions& given) {
  Context context{options};
  const Time now = context.tokens.now();
  const std::vector<Token> tokens = context.tokens.list(query_of(given));
  if (options.json) {
    fmt::print("{}\n", represent(tokens, given.limit, now).dump());
    return;
  }
  std::vector<std::vector<std::string>> rows{{"ID", "STATE", "USES", "EXPIRES", "FILE", "EMAIL"}};
  for (const Token& token : tokens) {
    const std::string most = token.max_uses == 0 ? "unlimited" : fmt::format("{}", token.max_uses);
    rows.push_back({token.id.text, to_string(state_of(token, now)), fmt::format("{}/{}", token.uses, most),
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

struct ExtendOptions {
  std::string id, ttl;
  std::int64_t uses = 0;
  bool mail = false;
};

Extension extension_of(const ExtendOptions& given) {
  Extension extension;
  if (given.uses > 0) extension.uses = given.uses;
  if (!given.ttl.empty()) extension.ttl = ttl_of(given.ttl);
  return extension;
}

void extend_token(const Options& options, const ExtendOptions& given) {
  Context context{options};
  const Token token = extend(TokenId{given.id}, extension_of(given), issue_means(context));
  if (options.json) {
    fmt::print("{}\n", represent(token, context.tokens.now()).dump());
    return;
  }
  const std::string most = token.max_uses == 0 ? "any number of" : fmt::format("{}", token.max_uses);
  fmt::print("The link to {} works until {}, for {} downloads; {} used so far.\n", token.filename,
             format_rfc3339(token.expires_at), most, token.uses);
}

/// A new link in place of an old one.
void regenerate_token(const Options& options, const ExtendOptions& given) {
  Context context{options};
  const auto seal = given.mail ? std::optional{require_mail(context)} : std::nullopt;
  const auto old = context.tokens.find(TokenId{given.id});
  if (!old) throw no_such_token(given.id);
  if (seal) check_recipient(old->email);
  const Issued issued =
      regenerate(old->id, Secret::make(context.random), extension_of(given), issue_means(context), context.tokens);
  if (seal) mail_link(context, issued, MailKind::renewal, *seal);
  if (options.json) {
    fmt::print("{}\n", represent(issued, context.config.site).dump());
    return;
  }
  fmt::print("{}\n\nThe old link is withdrawn. This one is shown only now; it works until {}.\n",
             link_to(context.config.site, issued.secret.reveal()), format_rfc3339(issued.token.expires_at));
  if (seal) fmt::print("It goes to {} with the next run of claimcheck-cron.\n", issued.token.email);
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
  issue->add_flag_callback("--decrypt", [given] { given->decrypt = true; }, "serve an encrypted backup decrypted");
  issue->add_flag_callback(
           "--no-decrypt", [given] { given->decrypt = false; }, "serve it as it is stored, with its metadata")
      ->excludes("--decrypt");
  issue->add_option("--filename", given->filename, "what the copy is called");
  issue->add_option("--fact", given->facts, "NAME=VALUE to remember with the token; several allowed");
  issue->callback([&options, given] { issue_link(options, *given); });

  CLI::App* token = app.add_subcommand("token", "look after links that were made");
  token->require_subcommand(1);
  const auto listed = std::make_shared<ListOptions>();
  CLI::App* list = token->add_subcommand("list", "the newest tokens");
  list->add_option("--limit", listed->limit, "how many")->check(CLI::Range(1, 10'000))->capture_default_str();
  list->add_option("--email", listed->email, "those issued to this address");
  list->add_option("--fact", listed->fact, "those with this fact: NAME=VALUE");
  list->add_option("--state", listed->state, "those that are")
      ->check(CLI::IsMember({"active", "used_up", "expired", "revoked"}));
  list->add_option("--after", listed->after, "those older than the token of this id");
  list->callback([&options, listed] { list_tokens(options, *listed); });
  const auto id = std::make_shared<std::string>();
  CLI::App* show = token->add_subcommand("show", "one token with its claims and deliveries");
  show->add_option("ID", *id)->required();
  show->callback([&options, id] { show_token(options, *id); });
  const auto extended = std::make_shared<ExtendOptions>();
  const auto add_extension = [&extended](CLI::App* command) {
    command->add_option("ID", extended->id)->required();
    command->add_option("--ttl", extended->ttl, "how much longer, such as 24h or 7d");
    command->add_option("--uses", extended->uses, "how many more downloads")->check(CLI::Range(1, 1'000'000));
  };
  CLI::App* extend = token->add_subcommand("extend", "give a link more time or more downloads");
  add_extension(extend);
  extend->callback([&options, extended] { extend_token(options, *extended); });
  CLI::App* regenerate = token->add_subcommand("regenerate", "make a new link in place of an old one");
  add_extension(regenerate);
  regenerate->add_flag("--mail", extended->mail, "mail it to whom the old one was issued to");
  regenerate->callback([&options, extended] { regenerate_token(options, *extended); });
  add_revocation_commands(*token, options);
}

}  // namespace claimcheck::admin
