#include "fcgi/file_reply.h"

#include <fmt/format.h>

#include "core/disposition.h"
#include "core/media_type.h"

namespace claimcheck::fcgi {
namespace {

void add_validators(Reply& reply, const Validators& validators) {
  reply.set("ETag", validators.etag);
  reply.set("Last-Modified", format_http_date(validators.last_modified));
}

/// One part a range, each under its own header; a last piece closes the multipart.
std::vector<Piece> multipart(const std::vector<Range>& ranges, std::uint64_t size, std::string_view type,
                             const std::string& boundary) {
  std::vector<Piece> pieces;
  pieces.reserve(ranges.size() + 1);
  for (const Range& range : ranges)
    pieces.push_back({.text = fmt::format("\r\n--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n", boundary, type,
                                          content_range(range, size)),
                      .range = range});
  pieces.push_back({.text = fmt::format("\r\n--{}--\r\n", boundary)});
  return pieces;
}

}  // namespace

Validators validators_of(const FileVersion& version) {
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  const std::int64_t whole = version.mtime_ns / nanoseconds - (version.mtime_ns % nanoseconds < 0 ? 1 : 0);
  constexpr std::int64_t nanoseconds_in_a_microsecond = 1000;
  return {.etag = fmt::format("\"{:x}-{:x}\"", version.size, version.mtime_ns / nanoseconds_in_a_microsecond),
          .last_modified = from_unix(whole)};
}

std::vector<Range> ranges_of(const RangeChoice& choice, std::uint64_t size) {
  if (choice.kind == RangeChoice::Kind::partial) return choice.ranges;
  return {{.first = 0, .length = size}};
}

Reply file_reply(const Token& token, std::unique_ptr<OpenFile> file, const RangeChoice& choice, const Random& random) {
  constexpr std::size_t boundary_length = 24;
  const std::uint64_t size = file->version().size;
  const std::string_view type = media_type(token.filename);
  Reply reply;
  add_common_headers(reply);
  reply.set("Content-Security-Policy", "sandbox");
  reply.set("Accept-Ranges", "bytes");
  reply.set("Content-Disposition", content_disposition(token.filename));
  add_validators(reply, validators_of(file->version()));
  reply.file = std::move(file);
  if (choice.kind == RangeChoice::Kind::partial) reply.status = 206;
  if (choice.ranges.size() > 1) {
    const std::string boundary = make_name(boundary_length, random);
    reply.set("Content-Type", "multipart/byteranges; boundary=" + boundary);
    reply.pieces = multipart(choice.ranges, size, type, boundary);
    return reply;
  }
  reply.set("Content-Type", std::string{type});
  if (choice.kind == RangeChoice::Kind::partial) reply.set("Content-Range", content_range(choice.ranges.front(), size));
  for (const Range& range : ranges_of(choice, size)) reply.pieces.push_back({.text = {}, .range = range});
  return reply;
}

Reply not_modified_reply(const Validators& validators) {
  Reply reply;
  reply.status = 304;
  add_common_headers(reply);
  add_validators(reply, validators);
  return reply;
}

}  // namespace claimcheck::fcgi
