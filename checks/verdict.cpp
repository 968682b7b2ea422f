#include "checks/verdict.h"

namespace claimcheck::checks {
namespace {

Errc refuse_as(const std::string& word, Errc otherwise) {
  if (word == "not_ready") return Errc::not_ready;
  if (word == "payment_required") return Errc::payment_required;
  if (word == "file_not_attached") return Errc::file_not_attached;
  return otherwise;
}

}  // namespace

std::optional<Refusal> verdict(Truth truth, const CheckSettings& check, Errc otherwise) {
  switch (truth) {
    case Truth::yes:
      return std::nullopt;
    case Truth::not_yet:
      return Refusal{.code = Errc::not_ready, .details = {}};
    case Truth::no:
      break;
  }
  return Refusal{.code = refuse_as(check.refuse_as, otherwise), .details = {}};
}

}  // namespace claimcheck::checks
