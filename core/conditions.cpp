#include "core/conditions.h"

#include <algorithm>
#include <optional>

#include "core/ascii.h"

namespace claimcheck {
namespace {

/// RFC 9110 section 8.8.3.2: a weak entity-tag equals nothing in a strong comparison, its strong twin in a weak one.
enum class Comparison { strong, weak };

/// Whether a list of entity-tags, or "*", names the file. An opaque tag may contain commas, so the list is read from quote to
/// quote.
bool names(std::string_view list, const Validators& file, Comparison comparison) {
  if (trim(list) == "*") return true;
  while (true) {
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
    if (list.empty()) return false;
    const bool weak = list.starts_with("W/");
    if (weak) list.remove_prefix(2);

    std::string_view tag;
    if (list.starts_with('"')) {
      const auto closing = list.find('"', 1);
      if (closing == std::string_view::npos) return false;
      tag = list.substr(0, closing + 1);
      list.remove_prefix(tag.size());
    }
    const std::string_view junk = list.substr(0, list.find(','));
    list.remove_prefix(junk.size());
    const bool comparable = !weak || comparison == Comparison::weak;
    if (comparable && !tag.empty() && trim(junk).empty() && tag == file.etag) return true;
  }
}

}  // namespace

ConditionOutcome evaluate(const Conditions& conditions, const Validators& validators) {
  if (!conditions.if_match.empty()) {
    if (!names(conditions.if_match, validators, Comparison::strong)) return ConditionOutcome::precondition_failed;
  } else if (const auto date = parse_http_date(trim(conditions.if_unmodified_since))) {
    if (validators.last_modified > *date) return ConditionOutcome::precondition_failed;
  }
  if (!conditions.if_none_match.empty()) {
    const bool match = names(conditions.if_none_match, validators, Comparison::weak);
    return match ? ConditionOutcome::not_modified : ConditionOutcome::proceed;
  }
  const auto date = parse_http_date(trim(conditions.if_modified_since));
  return date && validators.last_modified <= *date ? ConditionOutcome::not_modified : ConditionOutcome::proceed;
}

bool range_applies(const Conditions& conditions, const Validators& validators) {
  if (conditions.if_range.empty()) return true;
  const std::string_view validator = trim(conditions.if_range);
  if (validator.starts_with('"')) return validator == validators.etag;
  return parse_http_date(validator) == validators.last_modified;
}

}  // namespace claimcheck
