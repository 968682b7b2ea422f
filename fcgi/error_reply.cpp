#include "fcgi/error_reply.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/representation.h"
#include "fcgi/error_table.h"

namespace claimcheck::fcgi {
namespace {

std::string_view message_of(const Error& error, const ErrorRow& row) {
  return row.tells_why && *error.what() != '\0' ? std::string_view{error.what()} : row.message;
}

/// What only pages tell: the documents of the shops' and backups' interfaces name all that programs get.
bool is_for_people(std::string_view detail) {
  return detail == "last_used_from" || detail == "regenerated";
}

Reply json_error(const Error& error, const ErrorRow& row, int status, const Site& site) {
  Json details = Json::object();
  for (const auto& [name, value] : error.details()) {
    if (is_for_people(name)) continue;
    std::visit([&, &key = name](const auto& shown_value) { details[key] = shown_value; }, value);
  }
  if (const auto [name, url] = way_out(error.code(), site); !url.empty()) details[name] = url;
  if (!site.support.empty()) details["support"] = site.support;
  const Json body{{"error", row.name}, {"message", message_of(error, row)}, {"code", status}, {"details", details}};
  return json_reply(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Reply text_error(const Error& error, const ErrorRow& row, int status, const Site& site) {
  const auto [name, url] = way_out(error.code(), site);
  return text_reply(status,
                    fmt::format("{}: {} {}{}{}\n", row.name, message_of(error, row), row.advice, url.empty() ? "" : " ", url));
}

}  // namespace

Reply error_reply(const Error& error, Surface surface, Format format, const Site& site, const Refused& refused) {
  const ErrorRow& row = row_of(error.code());
  const int status = row.status(surface);
  Reply reply = format == Format::html   ? refusal_page(error, status, site, refused)
                : format == Format::json ? json_error(error, row, status, site)
                                         : text_error(error, row, status, site);
  if (row.retry_after > 0) reply.set("Retry-After", fmt::format("{}", row.retry_after));
  for (const auto& [name, value] : error.details()) {
    if (error.code() == Errc::method_not_allowed && name == "allow") reply.set("Allow", text_of(value));
    if (error.code() == Errc::range_not_satisfiable && name == "size") reply.set("Content-Range", "bytes */" + text_of(value));
  }
  if (status == 401) reply.set("WWW-Authenticate", "Bearer realm=\"claimcheck\"");
  return reply;
}

}  // namespace claimcheck::fcgi
