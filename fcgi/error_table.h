#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "fcgi/surface.h"

namespace claimcheck::fcgi {

/// What the outside is told about an Errc: the only place where statuses and wording are written.
struct ErrorRow {
  Errc code;
  std::string_view name;                       ///< "token_expired": the `error` member of JSON bodies
  int native, purchase, storage, public_link;  ///< HTTP status by surface
  std::string_view title;                      ///< heading of the page
  std::string_view message;                    ///< what happened, for a person
  std::string_view advice;                     ///< what to do next, for a person
  int retry_after = 0;                         ///< seconds for Retry-After; 0: none
  bool tells_why = false;                      ///< the Error's own text is written for people and replaces `message`

  int status(Surface surface) const;
};

/// A detail as text: a number in decimal.
std::string text_of(const Detail& detail);

std::span<const ErrorRow> error_table();
/// The row of a code; every Errc has one.
const ErrorRow& row_of(Errc code);

}  // namespace claimcheck::fcgi
