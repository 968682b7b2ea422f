#pragma once

#include <string>
#include <string_view>

#include "core/time.h"

namespace claimcheck {

/// The validators of the file that is about to be served.
struct Validators {
  std::string etag;    ///< strong, quotes included: "\"5f-18a\""
  Time last_modified;  ///< whole seconds, as sent in Last-Modified
};

/// The conditional header fields of a request; a field is empty if the header is absent.
struct Conditions {
  std::string if_match{};
  std::string if_none_match{};
  std::string if_modified_since{};
  std::string if_unmodified_since{};
  std::string if_range{};
};

enum class ConditionOutcome {
  proceed,              ///< answer as if there were no condition
  not_modified,         ///< 304
  precondition_failed,  ///< 412
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since for a GET or HEAD, in the order of
/// RFC 9110 section 13.2.2. Malformed dates are ignored, malformed entity-tags match nothing. Never throws.
ConditionOutcome evaluate(const Conditions& conditions, const Validators& validators);

/// Whether a Range header may be honoured: true without If-Range, else only for the same strong entity-tag or exactly the
/// same date. Never throws. Source: RFC 9110 section 13.1.5.
bool range_applies(const Conditions& conditions, const Validators& validators);

}  // namespace claimcheck
