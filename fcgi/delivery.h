#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage.h"
#include "fcgi/answer.h"
#include "fcgi/connection.h"
#include "fcgi/streaming.h"

namespace claimcheck::fcgi {

/// What the line in the request log will say.
struct RequestLine {
  std::string id;
  std::chrono::steady_clock::time_point begun;
  std::string_view route = "none";
  std::string_view error;  ///< the word of the error table; empty if there was none
  std::string network;
  std::optional<TokenId> token;
  int status = 0;
};

/// A response that carries bytes of a file, after its head went out: everything that whoever carries it on, and whoever
/// settles it, has to know. Belongs to one thread at a time.
struct Delivery {
  Delivery(std::unique_ptr<Connection> front_end, std::unique_ptr<OpenFile> opened, AdmittedDelivery what, RequestLine about,
           std::vector<Piece> pieces, Pace pace)
      : connection(std::move(front_end)),
        file(std::move(opened)),
        admitted(std::move(what)),
        line(std::move(about)),
        stream(*connection, *file, std::move(pieces), std::move(pace)) {}

  std::unique_ptr<Connection> connection;
  std::unique_ptr<OpenFile> file;
  AdmittedDelivery admitted;
  RequestLine line;
  Stream stream;
};

}  // namespace claimcheck::fcgi
