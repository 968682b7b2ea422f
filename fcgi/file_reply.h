#pragma once

#include <memory>
#include <vector>

#include "core/conditions.h"
#include "core/range.h"
#include "core/secret.h"
#include "core/storage.h"
#include "core/token.h"
#include "fcgi/reply.h"

namespace claimcheck::fcgi {

/// The same on every worker and node that sees the same size and modification time, and the same as Apache makes (FileETag
/// MTIME SIZE, its default): a download goes on whoever sends the rest.
Validators validators_of(const FileVersion& version);

/// The ranges an answer carries: those chosen, or the whole file as one.
std::vector<Range> ranges_of(const RangeChoice& choice, std::uint64_t size);

/// 200 or 206 with all header fields of a delivery; several ranges become multipart/byteranges.
/// Source: RFC 9110 sections 8.8, 14.4, 14.6, 15.3.7.
/// @param choice  not unsatisfiable
Reply file_reply(const Token& token, std::unique_ptr<OpenFile> file, const RangeChoice& choice, const Random& random);

/// 304 with the validators. Source: RFC 9110 section 15.4.5.
Reply not_modified_reply(const Validators& validators);

}  // namespace claimcheck::fcgi
