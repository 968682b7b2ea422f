#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/hand_off.h"
#include "core/storage.h"

namespace claimcheck::fcgi {

/// Part of a body: some text, then a run of the file's bytes (none if its length is 0).
struct Piece {
  std::string text;
  Range range;
};

/// An answer: its status and header fields, and either a text or pieces of a file.
struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string text;                ///< the whole body, unless there is a file
  std::unique_ptr<OpenFile> file;  ///< if set, the body is `pieces`
  std::vector<Piece> pieces;
  HandOff handed_off = HandOff::none;  ///< if set, the web server sends the body, and there is no `file`

  void set(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }
};

/// The header block that goes before the body: "Status" first (RFC 3875 section 6.3), Content-Length added, unless the web
/// server sends the body.
std::string head_of(const Reply& reply);

/// "Not Found" …; the reason phrase of a status we send. Source: RFC 9110 section 15.
const char* reason_phrase(int status);

/// A JSON answer, and one of plain text.
Reply json_reply(int status, const std::string& json);
Reply text_reply(int status, std::string text);

/// Header fields of every answer: no caching, no sniffing, no referrer, no indexing, no buffering in front of us.
void add_common_headers(Reply& reply);

}  // namespace claimcheck::fcgi
