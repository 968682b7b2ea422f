#include "admin/log_lines.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace claimcheck::admin {
namespace {

constexpr std::size_t longest_line = 4096;

}  // namespace

Error cannot_read(const std::string& path) {
  return Error{Errc::bad_request, path + " cannot be read: " + std::strerror(errno)};
}

std::optional<std::size_t> LogLines::read(int descriptor, const TakeLine& take) {
  const ssize_t count = ::read(descriptor, piece_.data(), piece_.size());
  if (count < 0) {
    if (errno == EINTR || errno == EAGAIN) return std::nullopt;
    throw cannot_read("the log");
  }
  const auto size = static_cast<std::size_t>(count);
  add({piece_.data(), size}, take);
  return size;
}

void LogLines::cut() {
  line_.clear();
  begun_ = place_;
}

void LogLines::add(std::string_view piece, const TakeLine& take) {
  for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
    keep(piece.substr(0, end));
    take(line_, begun_);
    begun_ = place_ += end + 1;
    line_.clear();
    piece.remove_prefix(end + 1);
  }
  keep(piece);
  place_ += piece.size();
}

void LogLines::keep(std::string_view part) {
  line_ += part.substr(0, longest_line - line_.size());
}

}  // namespace claimcheck::admin
