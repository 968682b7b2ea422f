#include "fcgi/error_table.h"

#include <algorithm>
#include <array>

namespace claimcheck::fcgi {
namespace {

constexpr std::array rows{
    ErrorRow{Errc::bad_request, "bad_request", 400, 400, 400, 400, "This request cannot be understood",
             "Something in the request is not as it should be.", "Check the request and send it again.", 0, true},
    ErrorRow{Errc::missing_token, "missing_token", 404, 400, 400, 404, "The link is incomplete",
             "The download link ends before its secret part.", "Copy the whole link from the message that brought it."},
    ErrorRow{
        Errc::invalid_token, "invalid_token", 404, 401, 401, 404, "This link leads nowhere",
        "There is no download behind this link.",
        "Check that the link is complete: mail programs sometimes break long lines. Otherwise ask the sender for a new one."},
    ErrorRow{Errc::token_expired, "token_expired", 410, 410, 401, 404, "This link has expired",
             "The time in which the file could be downloaded is over.", "Ask the sender for a new link."},
    ErrorRow{Errc::token_revoked, "token_revoked", 410, 410, 401, 404, "This link was withdrawn",
             "The sender has withdrawn this download link.", "Ask the sender for a new link."},
    ErrorRow{Errc::usage_limit_exceeded, "usage_limit_exceeded", 410, 429, 401, 404, "This link has been used",
             "The file was downloaded as often as this link allows.",
             "Look into your downloads folder: the file may be there already. Otherwise ask the sender for a new link."},
    ErrorRow{
        Errc::download_in_progress, "download_in_progress", 409, 409, 409, 409, "This file is being downloaded right now",
        "Another download of this link is under way.",
        "Wait until it has ended. If it broke, try again in half a minute: an interrupted download goes on where it stopped.",
        15},
    ErrorRow{Errc::not_ready, "not_ready", 425, 425, 425, 425, "The file is not ready yet", "The file is still being prepared.",
             "Try again in a little while.", 30},
    ErrorRow{Errc::payment_required, "payment_required", 402, 402, 402, 402, "The payment is not complete",
             "This download needs a completed payment.", "Complete the payment, then open the link again."},
    ErrorRow{Errc::address_not_allowed, "address_not_allowed", 403, 403, 403, 403, "This link is bound to another network",
             "The link may only be used from the network it was made for.",
             "Open it from there, or ask the sender for a new link."},
    ErrorRow{Errc::country_not_allowed, "country_not_allowed", 403, 403, 403, 403, "Not available in your country",
             "The sender does not offer this download in your country.", "Ask the sender."},
    ErrorRow{Errc::file_not_attached, "file_not_attached", 403, 403, 403, 403, "The file does not belong to this message",
             "This link does not lead to that file.", "Use the link from the message itself."},
    ErrorRow{Errc::file_not_found, "file_not_found", 404, 404, 500, 404, "The file is no longer there",
             "The link is valid, but its file was moved or removed.", "Ask the sender for the file."},
    ErrorRow{Errc::file_changed, "file_changed", 410, 410, 500, 410, "The file has changed",
             "The file is not the one that this link was made for.", "Ask the sender for a new link."},
    ErrorRow{Errc::rate_limited, "rate_limited", 429, 429, 429, 429, "Too many requests",
             "There were too many requests in a short time.", "Wait a minute and try again.", 60},
    ErrorRow{Errc::unauthorized, "unauthorized", 401, 401, 401, 401, "An API key is needed",
             "This address needs a valid API key.",
             "Send it as Authorization: Bearer KEY; `claimcheck key add` makes one. If it is sent, the web server may drop it: "
             "see docs/servers."},
    ErrorRow{Errc::forbidden, "forbidden", 403, 403, 403, 403, "This API key may not do that",
             "The API key lacks the scope for this.", "Use a key with that scope; `claimcheck key add --scope` makes one."},
    ErrorRow{Errc::method_not_allowed, "method_not_allowed", 405, 405, 405, 405, "This method does not work here",
             "This address does not support that method.", "Use one of the methods in the Allow header."},
    ErrorRow{Errc::payload_too_large, "payload_too_large", 413, 413, 413, 413, "The request is too large",
             "A request body may have at most 64 KiB.", "Send less."},
    ErrorRow{Errc::precondition_failed, "precondition_failed", 412, 412, 412, 412, "The file is not the one you began with",
             "The file has changed since the download was begun.", "Start the download again from the beginning."},
    ErrorRow{Errc::range_not_satisfiable, "range_not_satisfiable", 416, 416, 416, 416, "That part of the file does not exist",
             "The request asks for bytes beyond the end of the file.",
             "The download may be complete already; otherwise start again."},
    ErrorRow{Errc::unavailable, "unavailable", 503, 503, 503, 503, "Not available at the moment",
             "The download service cannot reach its database or its files.",
             "Try again in a minute. Nothing was used up: your link is still good.", 5},
    ErrorRow{Errc::internal, "internal", 500, 500, 500, 500, "Something went wrong", "The download service made a mistake.",
             "Try again later. If it stays so, tell the site's support."},
};

}  // namespace

int ErrorRow::status(Surface surface) const {
  switch (surface) {
    case Surface::native:
      return native;
    case Surface::purchase:
      return purchase;
    case Surface::storage:
      return storage;
    case Surface::public_link:
      return public_link;
  }
  return native;
}

std::string text_of(const Detail& detail) {
  if (const auto* number = std::get_if<std::int64_t>(&detail)) return std::to_string(*number);
  return std::get<std::string>(detail);
}

std::span<const ErrorRow> error_table() {
  return rows;
}

const ErrorRow& row_of(Errc code) {
  return *std::ranges::find(rows, code, &ErrorRow::code);
}

}  // namespace claimcheck::fcgi
