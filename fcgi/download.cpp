#include "fcgi/download.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/conditions.h"
#include "core/error.h"
#include "core/media_type.h"
#include "core/percent_encoding.h"
#include "core/quantity.h"
#include "core/range.h"
#include "core/representation.h"
#include "fcgi/access.h"
#include "fcgi/file_reply.h"
#include "fcgi/pages/landing.h"
#include "fcgi/renew.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::size_t name_length = 16;

void require_usable(const Token& token, Time now) {
  if (const auto refused = refusal(token, now)) throw to_error(*refused);
}

/// The token's file as it is now. Throws file_not_found, file_changed, unavailable.
std::unique_ptr<OpenFile> open_file(const Services& services, const Token& token) {
  const auto storage = services.storages.find(token.storage);
  if (storage == services.storages.end())
    throw Error{Errc::file_not_found, "the configuration has no storage " + token.storage};
  auto file = storage->second->open(token.file, served_as(token.rules));
  if (token.rules.on_change == OnChange::refuse && file->version() != token.version)
    throw Error{Errc::file_changed, "the file is not the version the token was issued for"};
  return file;
}

Wanted wanted(const Services& services, const Request& request, const FileVersion& version, std::vector<Range> ranges) {
  return {.delivery = make_name(name_length, services.random),
          .ranges = std::move(ranges),
          .file = version,
          .named_claim = request.path.size() > 1 ? request.path[1] : std::string{},
          .new_claim = make_name(name_length, services.random),
          .network = request.network};
}

Admission admit(const Services& services, const Request& request, Token token, const Wanted& wanted) {
  Token usable = bound(services, request, std::move(token));
  const auto asked = std::chrono::steady_clock::now();
  Admission admission = Enforcement{services.tokens, services.pause}.admit(std::move(usable), wanted);
  services.meters.count_admission(std::chrono::steady_clock::now() - asked);
  if (admission.kind == Admission::Kind::refused) throw to_error(admission.refusal);
  return admission;
}

/// Refuses what admit() would refuse, and changes nothing.
void require_admissible(const Token& token, const Wanted& wanted, Time now) {
  const Admission admission = decide(token, wanted, now);
  if (admission.kind == Admission::Kind::refused) throw to_error(admission.refusal);
}

/// A client that is only looking ahead, or a person who should press a button first.
bool wants_page(const Token& token, const Request& request) {
  if (request.prefetch || token.rules.confirm == Confirm::always) return true;
  return token.rules.confirm == Confirm::automatic && token.max_uses > 0 && request.format == Format::html;
}

/// The other form in which the token's file can be had: as it is stored, if the link decrypts it. Nothing if there is none.
std::unique_ptr<OpenFile> other_form(const Services& services, const Token& token, const OpenFile& file) {
  if (!token.rules.decrypt || services.places.at(token.storage).kind != "encrypted") return nullptr;
  auto stored = services.storages.at(token.storage)->open(token.file, ServedAs::stored);
  return stored->name() == file.name() ? nullptr : std::move(stored);
}

/// The landing page for browsers; a terminal gets the line that fetches the file. Counts nothing.
Reply page(const Services& services, const Request& request, const Token& token, const OpenFile& file) {
  const Time now = services.tokens.now();
  const FileVersion version = file.version();
  require_admissible(token, wanted(services, request, version, {{.first = 0, .length = version.size}}), now);
  const std::string url = link_to(services.site, request.path[0]);
  if (request.format != Format::html && !request.prefetch)
    return text_reply(200, fmt::format("{} ({}). To download it: {}\n", token.filename, format_size(version.size),
                                       command_lines(url, token.filename, token.rules.confirm).curl));
  const bool has_forms = other_form(services, token, file) != nullptr;
  return landing_page({.token = token, .url = url, .has_forms = has_forms, .now = now}, services.site, request.language);
}

/// The URL that serves a token's file without us. Throws Error{unavailable} if there is none.
DirectUrl direct_url(const Services& services, const Token& token, Time now) {
  const seconds lifetime = direct_lifetime(token, services.places.at(token.storage), now);
  auto url = services.storages.at(token.storage)
                 ->direct_url({.path = token.file,
                               .filename = token.filename,
                               .media_type = std::string{media_type(token.filename)},
                               .lifetime = lifetime,
                               .now = now});
  if (!url) throw Error{Errc::unavailable, "the storage " + token.storage + " has no URLs"};
  return {.url = std::move(*url), .expires_at = now + lifetime};
}

/// Lets one delivery in. Throws what refuses it.
AdmittedDelivery admit_delivery(const Services& services, const Request& request, Token token, Wanted asked,
                                std::uint64_t size) {
  const auto begun = std::chrono::steady_clock::now();
  TokenId id = token.id;
  const auto parallel = static_cast<std::size_t>(token.rules.parallel);
  const std::uint64_t rate = token.rules.rate, burst = token.rules.burst;
  Admission admission = admit(services, request, std::move(token), asked);
  const Time now = services.tokens.now();
  // Without a limit there are no claims: whoever comes from one network counts as one.
  const std::string who = admission.claim.empty() ? id.text + " " + request.client_network : admission.claim;
  std::shared_ptr<void> room;
  if (admission.claim.empty()) {
    room = services.crowds.enter(who, parallel);
    if (!room) throw Error{Errc::download_in_progress, "too many parts at once"};
  }
  return {.token = std::move(id),
          .claim = std::move(admission.claim),
          .size = size,
          .stored = std::move(admission.token),
          .delivery = {.id = std::move(asked.delivery),
                       .ranges = std::move(asked.ranges),
                       .started = now,
                       .last_progress = now,
                       .network = request.network,
                       .grounds = admission.grounds},
          .means = asked.means,
          .asked = begun,
          .dead = std::move(admission.dead),
          .rate = rate > 0 ? services.rates.share(who, rate, burst) : nullptr,
          .active = asked.means == Means::stream ? services.meters.begin_delivery() : nullptr,
          .room = std::move(room)};
}

/// Everything from the open file to the admitted answer (RFC 9110 sections 13 and 14).
Answer deliver(const Services& services, const Request& request, Token token, std::unique_ptr<OpenFile> file) {
  const FileVersion version = file->version();
  const Validators validators = validators_of(version);
  switch (evaluate(request.conditions, validators)) {
    case ConditionOutcome::not_modified:
      return {.reply = not_modified_reply(validators)};
    case ConditionOutcome::precondition_failed:
      throw Error{Errc::precondition_failed};
    case ConditionOutcome::proceed:
      break;
  }
  const bool head = request.method == Method::head;
  const bool ranged = !head && range_applies(request.conditions, validators);
  const RangeChoice choice = choose_range(ranged ? request.range : std::string{}, version.size);
  if (choice.kind == RangeChoice::Kind::unsatisfiable)
    throw Error{Errc::range_not_satisfiable, {}, {{"size", static_cast<std::int64_t>(version.size)}}};

  Answer answer{.reply = file_reply(token, std::move(file), choice, services.random), .delivery = {}};
  Wanted asked = wanted(services, request, version, ranges_of(choice, version.size));
  if (head) {
    require_admissible(token, asked, services.tokens.now());
    return answer;
  }
  const StorageSettings& place = services.places.at(token.storage);
  const HandOff means = choose_hand_off(token, place, services.circumstances, request, version.size);
  asked.means = means == HandOff::none ? Means::stream : Means::hand_off;
  answer.reply.set("X-Request-Id", asked.delivery);
  if (means == HandOff::redirect)
    redirect(answer.reply, direct_url(services, token, services.tokens.now()).url);
  else if (means != HandOff::none)
    hand_off(answer.reply, means, place, token.file, token.rules.rate);
  answer.delivery = admit_delivery(services, request, std::move(token), std::move(asked), version.size);
  return answer;
}

/// The button: 303 to the address of a claim, so that the browser's resume and parallel ranges belong to it. The name at its
/// end tells the form that was chosen.
Reply press_button(const Services& services, const Request& request, Token token, const OpenFile& file) {
  const auto form = parameters_of(request.body);
  const auto as = form.find("as");
  std::unique_ptr<OpenFile> stored;
  if (as != form.end() && as->second == "stored") stored = other_form(services, token, file);
  if (stored) token.filename = stored->name();
  Reply reply;
  reply.status = 303;
  add_common_headers(reply);
  reply.set("Location",
            open_claim_address(services, request, request.path[0], token, stored ? stored->version() : file.version()));
  return reply;
}

/// Takes the other form of a file in place of the one that its link gives, if that is what an address names.
void choose_form(const Services& services, const std::string& name, Token& token, std::unique_ptr<OpenFile>& file) {
  if (name == token.filename) return;
  auto stored = other_form(services, token, *file);
  // Only the address that the button gave out: a made-up name could tell a cache that this is a style sheet.
  if (!stored || stored->name() != name) throw Error{Errc::invalid_token, "the file of this claim has another name"};
  token.filename = name;
  file = std::move(stored);
}

}  // namespace

Token find_link(const Services& services, const std::string& presented, Subject& subject) {
  const auto secret = Secret::parse(presented);
  if (!secret || !secret->checks_out()) throw Error{Errc::invalid_token, "not the form of a secret"};
  auto token = services.tokens.find(secret->digest());
  if (!token) {
    subject.token = services.old_secrets.find_old(secret->digest());
    if (subject.token) throw Error{Errc::token_revoked, "the link was regenerated", {{"regenerated", 1}}};
    throw Error{Errc::invalid_token, "no token has this secret"};
  }
  subject.token = token->id;
  if (is_renewable(services, *token)) subject.renew_url = link_to(services.site, presented) + "/renew";
  require_pace(services, *token);
  return std::move(*token);
}

Usable usable(const Services& services, const Request& request, const std::string& presented, Subject& subject) {
  Token token = find_link(services, presented, subject);
  require_usable(token, services.tokens.now());
  require_access(services, request, token);
  auto file = open_file(services, token);
  return {.token = std::move(token), .file = std::move(file)};
}

std::string open_claim_address(const Services& services, const Request& request, const std::string& secret, const Token& token,
                               const FileVersion& version) {
  const Wanted asked = wanted(services, request, version, {});
  const Admission admission = admit(services, request, token, asked);
  const std::string& claim = admission.claim.empty() ? asked.new_claim : admission.claim;
  return fmt::format("{}/{}/{}", link_to(services.site, secret), claim, percent_encoded(token.filename));
}

DirectDownload hand_out(const Services& services, const Request& request, const Token& token, const FileVersion& version) {
  DirectDownload handed{.url = direct_url(services, token, services.tokens.now()), .delivery = {}};
  Wanted whole = wanted(services, request, version, {{.first = 0, .length = version.size}});
  whole.means = Means::hand_off;
  handed.delivery = admit_delivery(services, request, token, std::move(whole), version.size);
  return handed;
}

Answer open_link(const Services& services, const Request& request, Subject& subject) {
  if (request.format == Format::json && request.method != Method::post) {
    const Token token = find_link(services, request.path[0], subject);
    return {.reply = json_reply(200, represent_to_holder(token, services.tokens.now()).dump())};
  }
  auto [token, file] = usable(services, request, request.path[0], subject);
  if (request.method == Method::post) return {.reply = press_button(services, request, token, *file)};
  if (wants_page(token, request)) return {.reply = page(services, request, token, *file)};
  return deliver(services, request, std::move(token), std::move(file));
}

Answer open_claim(const Services& services, const Request& request, Subject& subject) {
  auto [token, file] = usable(services, request, request.path[0], subject);
  choose_form(services, request.path[2], token, file);
  if (request.prefetch) return {.reply = page(services, request, token, *file)};
  return deliver(services, request, std::move(token), std::move(file));
}

}  // namespace claimcheck::fcgi
