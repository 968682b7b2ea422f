#include "fcgi/download.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/conditions.h"
#include "core/error.h"
#include "core/percent_encoding.h"
#include "core/range.h"
#include "core/representation.h"
#include "fcgi/file_reply.h"
#include "fcgi/pages.h"

namespace claimcheck::fcgi {
namespace {

constexpr std::size_t name_length = 16;

Token find_token(const Services& services, const std::string& presented, Subject& subject) {
  const auto secret = Secret::parse(presented);
  if (!secret || !secret->checks_out()) throw Error{Errc::invalid_token, "not the form of a secret"};
  auto token = services.tokens.find(secret->digest());
  if (!token) throw Error{Errc::invalid_token, "no token has this secret"};
  subject.token = token->id;
  return std::move(*token);
}

void require_usable(const Token& token, Time now) {
  if (auto refused = refusal(token, now)) throw Error{refused->code, {}, std::move(refused->details)};
}

/// The token's file as it is now. Throws file_not_found, file_changed, unavailable.
std::unique_ptr<OpenFile> open_file(const Services& services, const Token& token) {
  const auto storage = services.storages.find(token.storage);
  if (storage == services.storages.end())
    throw Error{Errc::file_not_found, "the configuration has no storage " + token.storage};
  auto file = storage->second->open(token.file);
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

Admission admit(const Services& services, const Token& token, const Wanted& wanted) {
  Admission admission = Enforcement{services.tokens, services.pause}.admit(token, wanted);
  if (admission.kind == Admission::Kind::refused) throw Error{admission.refusal.code, {}, admission.refusal.details};
  return admission;
}

/// Refuses what admit() would refuse, and changes nothing.
void require_admissible(const Token& token, const Wanted& wanted, Time now) {
  const Admission admission = decide(token, wanted, now);
  if (admission.kind == Admission::Kind::refused) throw Error{admission.refusal.code, {}, admission.refusal.details};
}

/// A client that is only looking ahead, or a person who should press a button first.
bool wants_page(const Token& token, const Request& request) {
  if (request.prefetch || token.rules.confirm == Confirm::always) return true;
  return token.rules.confirm == Confirm::automatic && token.max_uses > 0 && request.format == Format::html;
}

/// The landing page for browsers; a terminal gets the line that presses the button. Counts nothing.
Reply page(const Services& services, const Request& request, const Token& token, const FileVersion& version) {
  require_admissible(token, wanted(services, request, version, {{.first = 0, .length = version.size}}), services.tokens.now());
  if (request.format == Format::html || request.prefetch) return landing_page(token, services.site);
  Reply reply;
  add_common_headers(reply);
  reply.set("Content-Type", "text/plain; charset=utf-8");
  reply.text = fmt::format("{} ({} bytes). To download it: curl -LOJ -d '' LINK, with this link in place of LINK.\n",
                           token.filename, token.version.size);
  return reply;
}

/// Everything from the open file to the admitted answer (RFC 9110 sections 13 and 14).
Answer deliver(const Services& services, const Request& request, const Token& token, std::unique_ptr<OpenFile> file) {
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
  if (means != HandOff::none) hand_off(answer.reply, means, place, token.file, token.rules.rate);
  const auto begun = std::chrono::steady_clock::now();
  Admission admission = admit(services, token, asked);
  const Time now = services.tokens.now();
  // Without a limit there are no claims: whoever comes from one network counts as one.
  const std::string who = admission.claim.empty() ? token.id.text + " " + request.crowd : admission.claim;
  std::shared_ptr<void> room;
  if (admission.claim.empty()) {
    room = services.crowds.enter(who, static_cast<std::size_t>(token.rules.parallel));
    if (!room) throw Error{Errc::download_in_progress, "too many parts at once"};
  }
  answer.delivery = {.token = token.id,
                     .claim = std::move(admission.claim),
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
                     .rate = token.rules.rate > 0 ? services.rates.share(who, token.rules.rate, token.rules.burst) : nullptr,
                     .room = std::move(room)};
  return answer;
}

/// The button: 303 to the address of a claim, so that the browser's resume and parallel ranges belong to it.
Reply press_button(const Services& services, const Request& request, const Token& token, const FileVersion& version) {
  const Wanted asked = wanted(services, request, version, {});
  const Admission admission = admit(services, token, asked);
  const std::string& claim = admission.claim.empty() ? asked.new_claim : admission.claim;
  Reply reply;
  reply.status = 303;
  add_common_headers(reply);
  reply.set("Location",
            fmt::format("{}/{}/{}", link_to(services.site, request.path[0]), claim, percent_encoded(token.filename)));
  return reply;
}

}  // namespace

Answer open_link(const Services& services, const Request& request, Subject& subject) {
  const Token token = find_token(services, request.path[0], subject);
  const Time now = services.tokens.now();
  if (request.format == Format::json && request.method != Method::post)
    return {.reply = json_reply(200, represent_to_holder(token, now).dump())};
  require_usable(token, now);
  auto file = open_file(services, token);
  if (request.method == Method::post) return {.reply = press_button(services, request, token, file->version())};
  if (wants_page(token, request)) return {.reply = page(services, request, token, file->version())};
  return deliver(services, request, token, std::move(file));
}

Answer open_claim(const Services& services, const Request& request, Subject& subject) {
  const Token token = find_token(services, request.path[0], subject);
  // Only the address that the button gave out: a made-up name could tell a cache that this is a style sheet.
  if (request.path[2] != token.filename) throw Error{Errc::invalid_token, "the file of this claim has another name"};
  require_usable(token, services.tokens.now());
  auto file = open_file(services, token);
  if (request.prefetch) return {.reply = page(services, request, token, file->version())};
  return deliver(services, request, token, std::move(file));
}

}  // namespace claimcheck::fcgi
