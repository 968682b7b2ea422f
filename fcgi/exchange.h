#pragma once

#include "fcgi/answer.h"
#include "fcgi/delivery.h"
#include "fcgi/services.h"
#include "fcgi/variables.h"

namespace claimcheck::fcgi {

/// The answer to one request, and what the log will say of it.
struct Exchange {
  Answer answer;
  RequestLine line;
  bool head_only = false;  ///< HEAD: the header fields stay as they are, no body follows
};

/// From the request's variables to its answer: parse, route, look up, open, choose, admit. Never throws: every fault becomes
/// an answer through the one error table.
Exchange find_answer(const Services& services, const Variables& variables, const BodyReader& read_body);

}  // namespace claimcheck::fcgi
