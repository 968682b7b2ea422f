#include "fcgi/reply.h"

#include <fmt/format.h>

namespace claimcheck::fcgi {
namespace {

std::uint64_t body_length(const Reply& reply) {
  if (!reply.file) return reply.text.size();
  std::uint64_t length = 0;
  for (const Piece& piece : reply.pieces) length += piece.text.size() + piece.range.length;
  return length;
}

}  // namespace

const char* reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 425:
      return "Too Early";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

std::string head_of(const Reply& reply) {
  // A local redirect is recognised by having no Status (RFC 3875 section 6.2.2).
  const bool redirects = reply.handed_off == HandOff::local;
  std::string head = redirects ? "" : fmt::format("Status: {} {}\r\n", reply.status, reason_phrase(reply.status));
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  // 204 and 304 have no body and no length (RFC 9110 section 8.6); the web server knows that of its own.
  const bool has_length = reply.status != 204 && reply.status != 304 && reply.handed_off == HandOff::none;
  if (has_length) head += fmt::format("Content-Length: {}\r\n", body_length(reply));
  return head + "\r\n";
}

Reply json_reply(int status, const std::string& json) {
  Reply reply;
  reply.status = status;
  add_common_headers(reply);
  reply.set("Content-Type", "application/json");
  reply.text = json + "\n";
  return reply;
}

Reply text_reply(int status, std::string text) {
  Reply reply;
  reply.status = status;
  add_common_headers(reply);
  reply.set("Content-Type", "text/plain; charset=utf-8");
  reply.text = std::move(text);
  return reply;
}

void add_common_headers(Reply& reply) {
  reply.set("Cache-Control", "private, no-store");
  reply.set("X-Content-Type-Options", "nosniff");
  reply.set("Referrer-Policy", "no-referrer");
  reply.set("X-Robots-Tag", "noindex");
  reply.set("X-Accel-Buffering", "no");
}

}  // namespace claimcheck::fcgi
