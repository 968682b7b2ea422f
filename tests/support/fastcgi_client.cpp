#include "tests/support/fastcgi_client.h"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/support/sha256.h"

namespace claimcheck::test {
namespace fastcgi {
namespace {

constexpr std::size_t longest_content = 65535;
constexpr std::uint8_t version = 1;

char byte(std::size_t value, int shift = 0) {
  return static_cast<char>(static_cast<unsigned char>(value >> shift));
}

std::string length(std::size_t value) {
  if (value < 128) return {byte(value)};
  return {byte(value | 0x80000000U, 24), byte(value, 16), byte(value, 8), byte(value)};
}

}  // namespace

std::string record(std::uint8_t type, std::string_view content, std::uint16_t request_id) {
  if (content.size() > longest_content) throw std::invalid_argument("too long for one record");
  std::string text{
      byte(version), byte(type), byte(request_id, 8), byte(request_id), byte(content.size(), 8), byte(content.size()), 0, 0};
  return text.append(content);
}

std::string stream(std::uint8_t type, std::string_view content, std::uint16_t request_id) {
  std::string text;
  while (!content.empty()) {
    const std::string_view piece = content.substr(0, longest_content);
    text += record(type, piece, request_id);
    content.remove_prefix(piece.size());
  }
  return text + record(type, {}, request_id);
}

std::string begin(std::uint8_t role, bool keep_connection, std::uint16_t request_id) {
  return record(begin_request, std::string{0, byte(role), byte(keep_connection ? 1 : 0), 0, 0, 0, 0, 0}, request_id);
}

std::string pairs(const Fields& variables) {
  std::string text;
  for (const auto& [name, value] : variables) text += length(name.size()) + length(value.size()) + name + value;
  return text;
}

}  // namespace fastcgi

namespace {

std::string variable_name(std::string_view header) {
  std::string name{header};
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-') c = '_';
  }
  return name == "CONTENT_TYPE" || name == "CONTENT_LENGTH" ? name : "HTTP_" + name;
}

std::size_t byte_at(const std::string& text, std::size_t at) {
  return static_cast<unsigned char>(text.at(at));
}

/// Splits a worker's output into head and body as it comes.
class Output {
 public:
  explicit Output(const Reading& reading) : reading_(reading) {}

  void add(std::string_view bytes, FastCgiAnswer& answer) {
    if (answer.status != 0) {
      add_body(bytes, answer);
      return;
    }
    head_ += bytes;
    const auto unix_end = head_.find("\n\n"), network_end = head_.find("\r\n\r\n");
    const auto end = std::min(unix_end, network_end);
    if (end == std::string::npos) return;
    answer.headers = parse_fields(std::string_view{head_}.substr(0, end));
    const auto status = answer.header("Status");
    answer.status = status ? std::stoi(*status) : 200;
    add_body(std::string_view{head_}.substr(end + (network_end < unix_end ? 4 : 2)), answer);
  }

  std::string digest() const { return digest_.hex(); }

 private:
  void add_body(std::string_view bytes, FastCgiAnswer& answer) {
    answer.received += bytes.size();
    answer.body += bytes.substr(0, reading_.keep - std::min(reading_.keep, answer.body.size()));
    digest_.add(bytes);
  }

  Reading reading_;
  std::string head_;
  Sha256 digest_;
};

}  // namespace

Fields cgi_variables(const HttpRequest& request) {
  const auto question = request.target.find('?');
  const std::string path = request.target.substr(0, question);
  const std::string query = question == std::string::npos ? "" : request.target.substr(question + 1);
  Fields variables{{"REQUEST_METHOD", request.method},
                   {"REQUEST_URI", request.target},
                   {"SCRIPT_NAME", path},
                   {"QUERY_STRING", query},
                   {"SERVER_PROTOCOL", "HTTP/1.1"},
                   {"GATEWAY_INTERFACE", "CGI/1.1"},
                   {"SERVER_NAME", "127.0.0.1"},
                   {"SERVER_PORT", "80"},
                   {"REMOTE_ADDR", "127.0.0.1"},
                   {"REMOTE_PORT", "50000"},
                   {"HTTP_HOST", "127.0.0.1"}};
  if (!request.body.empty()) variables.emplace_back("CONTENT_LENGTH", std::to_string(request.body.size()));
  for (const auto& [name, value] : request.headers) variables.emplace_back(variable_name(name), value);
  return variables;
}

FastCgiExchange::FastCgiExchange(const std::string& address, std::chrono::milliseconds limit) : connection_(address, limit) {}

bool FastCgiExchange::request(const Fields& variables, std::string_view body, bool keep_connection) {
  head_request_ =
      std::find(variables.begin(), variables.end(), Fields::value_type{"REQUEST_METHOD", "HEAD"}) != variables.end();
  return send(fastcgi::begin(fastcgi::responder, keep_connection) +
              fastcgi::stream(fastcgi::params, fastcgi::pairs(variables)) + fastcgi::stream(fastcgi::in, body));
}

bool FastCgiExchange::receive_exactly(std::size_t count, std::string& out) {
  out.resize(count);
  for (std::size_t done = 0; done < count;) {
    const std::size_t received = connection_.receive(std::span{out}.subspan(done));
    if (received == 0) return false;
    done += received;
  }
  return true;
}

FastCgiAnswer FastCgiExchange::answer(const Reading& reading) {
  FastCgiAnswer answer;
  Output output{reading};
  std::string head, content;
  while (!answer.ended && answer.received < reading.stop_after) {
    if (!receive_exactly(8, head)) break;
    const std::size_t size = byte_at(head, 4) << 8 | byte_at(head, 5);
    if (!receive_exactly(size + byte_at(head, 6), content)) break;
    content.resize(size);
    switch (byte_at(head, 1)) {
      case fastcgi::out:
        output.add(content, answer);
        break;
      case fastcgi::err:
        answer.errors += content;
        break;
      case fastcgi::end_request:
        answer.ended = true;
        answer.application_status = static_cast<std::uint32_t>(byte_at(content, 0) << 24 | byte_at(content, 1) << 16 |
                                                               byte_at(content, 2) << 8 | byte_at(content, 3));
        answer.protocol_status = static_cast<std::uint8_t>(byte_at(content, 4));
        break;
      default:
        throw std::runtime_error("a worker sent a record of type " + std::to_string(byte_at(head, 1)));
    }
  }
  answer.sha256 = output.digest();
  const bool has_body = !head_request_ && answer.status != 304;
  const auto length = answer.header("Content-Length");
  answer.complete = answer.ended && answer.status != 0 &&
                    (has_body ? !length || std::stoull(*length) == answer.received : answer.received == 0);
  return answer;
}

FastCgiAnswer call(const std::string& address, const Fields& variables, std::string_view body, const Reading& reading) {
  FastCgiExchange exchange{address};
  exchange.request(variables, body);
  return exchange.answer(reading);
}

}  // namespace claimcheck::test
