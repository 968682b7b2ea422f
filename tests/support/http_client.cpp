#include "tests/support/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "tests/support/sha256.h"

namespace claimcheck::test {
namespace {

std::string wire_form(const HttpRequest& request, int port) {
  const auto given = [&](std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const auto& field) { return same_name(field.first, name); });
  };
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (!given("Host")) text += fmt::format("Host: 127.0.0.1:{}\r\n", port);
  if (!given("Connection")) text += "Connection: close\r\n";
  if (!request.body.empty() && !given("Content-Length") && !given("Transfer-Encoding"))
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  return text + "\r\n" + request.body;
}

std::uint64_t number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) throw std::runtime_error("no number: " + std::string{text});
  return value;
}

}  // namespace

HttpExchange::HttpExchange(int port, const HttpRequest& request, std::chrono::milliseconds limit)
    : connection_(fmt::format("tcp:127.0.0.1:{}", port), limit), head_request_(request.method == "HEAD") {
  // A server may answer and close before it has read all of a body; its answer is what counts.
  connection_.send(wire_form(request, port));
}

bool HttpExchange::fill() {
  std::array<char, 65536> piece;
  const std::size_t count = connection_.receive(piece);
  buffer_.append(piece.data(), count);
  return count > 0;
}

/// The next line without its end; nothing if the connection ends before it does.
std::optional<std::string> HttpExchange::line() {
  for (;;) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string text = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (text.ends_with('\r')) text.pop_back();
      return text;
    }
    if (!fill()) return std::nullopt;
  }
}

std::string HttpExchange::head_line() {
  auto text = line();
  if (!text) throw std::runtime_error("the answer ended within its head: '" + buffer_ + "'");
  return *text;
}

const Answer& HttpExchange::head() {
  while (head_.status == 0) {
    const std::string status_line = head_line();
    if (!status_line.starts_with("HTTP/1.") || status_line.size() < 12)
      throw std::runtime_error("no status line: " + status_line);
    const auto status = static_cast<int>(number(std::string_view{status_line}.substr(9, 3), 10));
    std::string fields;
    for (std::string field = head_line(); !field.empty(); field = head_line()) fields += field + "\n";
    if (status < 200) continue;
    head_.status = status;
    head_.headers = parse_fields(fields);
    const auto length = head_.header("Content-Length");
    const auto coding = head_.header("Transfer-Encoding");
    if (head_request_ || status == 204 || status == 304) {
      complete_ = true;
    } else if (coding) {
      if (*coding != "chunked") throw std::runtime_error("unknown transfer coding: " + *coding);
      framing_ = Framing::chunked;
    } else if (length) {
      framing_ = Framing::length;
      left_ = number(*length, 10);
      complete_ = left_ == 0;
    } else {
      framing_ = Framing::until_close;
    }
  }
  return head_;
}

std::size_t HttpExchange::take(std::span<char> out, std::uint64_t most) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), most));
  if (buffer_.empty()) return connection_.receive(out.first(wanted));
  const std::size_t count = std::min(wanted, buffer_.size());
  std::memcpy(out.data(), buffer_.data(), count);
  buffer_.erase(0, count);
  return count;
}

/// Goes to the next chunk that has bytes. @return false after the last one, or if the connection ends.
bool HttpExchange::next_chunk() {
  const auto size = line();
  if (!size) return false;
  left_ = number(std::string_view{*size}.substr(0, size->find_first_of("; ")), 16);
  if (left_ > 0) return true;
  auto trailer = line();
  while (trailer && !trailer->empty()) trailer = line();
  complete_ = trailer.has_value();
  return false;
}

std::size_t HttpExchange::read(std::span<char> out) {
  head();
  if (complete_ || out.empty()) return 0;
  switch (framing_) {
    case Framing::none:
      return 0;
    case Framing::until_close: {
      const std::size_t count = take(out, out.size());
      complete_ = count == 0;
      return count;
    }
    case Framing::length: {
      const std::size_t count = take(out, left_);
      left_ -= count;
      complete_ = left_ == 0;
      return count;
    }
    case Framing::chunked: {
      if (left_ == 0 && !next_chunk()) return 0;
      const std::size_t count = take(out, left_);
      left_ -= count;
      if (left_ == 0 && count > 0) line();
      return count;
    }
  }
  return 0;
}

Answer fetch(int port, const HttpRequest& request, const Reading& reading, std::chrono::milliseconds limit) {
  HttpExchange exchange{port, request, limit};
  Answer answer = exchange.head();
  Sha256 digest;
  std::vector<char> piece(256 * 1024);
  while (answer.received < reading.stop_after) {
    const auto most = std::min<std::uint64_t>(piece.size(), reading.stop_after - answer.received);
    const std::size_t count = exchange.read(std::span{piece}.first(static_cast<std::size_t>(most)));
    if (count == 0) break;
    const std::string_view bytes{piece.data(), count};
    answer.received += count;
    answer.body += bytes.substr(0, reading.keep - std::min(reading.keep, answer.body.size()));
    digest.add(bytes);
  }
  answer.sha256 = digest.hex();
  answer.complete = exchange.complete();
  return answer;
}

}  // namespace claimcheck::test
