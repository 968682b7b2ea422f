#include "sql/database.h"

#include <algorithm>
#include <charconv>

#include "core/ascii.h"
#include "core/error.h"
#include "core/percent_encoding.h"

namespace claimcheck::sql {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error{Errc::bad_request, "store url: " + what};
}

std::string decoded(std::string_view text) {
  const auto plain = percent_decoded(text);
  if (!plain || plain->find('\0') != std::string::npos) refuse("a % is not followed by two hexadecimal digits");
  return *plain;
}

/// Cuts `text` off at the position `mark`. @return what stood behind it; nothing if the mark was not found.
std::optional<std::string_view> cut(std::string_view& text, std::size_t mark) {
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(mark + 1);
  text = text.substr(0, mark);
  return rest;
}

int parse_port(std::string_view text) {
  int port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || port < 1 || port > 65535) {
    refuse("the port is not a number from 1 to 65535");
  }
  return port;
}

void read_parameters(std::string_view parameters, Target& target) {
  while (!parameters.empty()) {
    std::string_view name = parameters;
    parameters = cut(name, name.find('&')).value_or("");
    const auto value = cut(name, name.find('='));
    if (value && name == "unix_socket") {
      target.unix_socket = decoded(*value);
    } else if (value && name == "tls_ca") {
      target.tls_ca = decoded(*value);
    } else {
      refuse("only unix_socket=… and tls_ca=… may follow the question mark");
    }
  }
}

Target parse_mysql(std::string_view rest) {
  Target target;
  target.kind = Target::Kind::mysql;
  read_parameters(cut(rest, rest.find('?')).value_or(""), target);
  target.schema = decoded(cut(rest, rest.find('/')).value_or(""));
  if (target.schema.empty()) refuse("it names no schema: mysql://user@host/schema");
  std::string_view credentials;
  if (const auto host = cut(rest, rest.rfind('@'))) {
    credentials = rest;
    rest = *host;
  }
  target.password = decoded(cut(credentials, credentials.find(':')).value_or(""));
  target.user = decoded(credentials);
  if (target.user.empty()) refuse("it names no user: mysql://user@host/schema");

  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  if (bracket == std::string_view::npos) refuse("an address in brackets is not closed");
  const auto port = cut(rest, rest.find(':', bracket));
  if (port) target.port = parse_port(*port);
  target.host = decoded(rest);
  if (target.host.empty() && target.unix_socket.empty()) refuse("it names no host: mysql://user@host/schema");
  const bool local = target.host == "localhost" && !port;
  if (local || !target.unix_socket.empty()) target.host.clear();
  if (!target.tls_ca.empty() && target.host.empty()) refuse("tls_ca needs a host and no unix socket");
  return target;
}

}  // namespace

Target parse_store_url(std::string_view url) {
  constexpr std::string_view sqlite = "sqlite:", mysql = "mysql://";
  if (url.starts_with(mysql)) return parse_mysql(url.substr(mysql.size()));
  if (!url.starts_with(sqlite)) refuse("it starts with neither sqlite: nor mysql://");
  Target target;
  target.path = decoded(url.substr(sqlite.size()));
  if (target.path.empty()) refuse("it names no file: sqlite:/path/file.db");
  return target;
}

Target target_of(const StoreSettings& settings) {
  Target target = parse_store_url(settings.url);
  if (!settings.password.empty()) target.password = settings.password;
  target.table_prefix = settings.table_prefix;
  return target;
}

std::unique_ptr<Database> open_database(const Target& target) {
  const bool plain = std::all_of(target.table_prefix.begin(), target.table_prefix.end(),
                                 [](char c) { return is_letter_or_digit(c) || c == '_'; });
  if (!plain) throw Error{Errc::bad_request, "table prefix: only letters, digits and _ may be used"};
  return target.kind == Target::Kind::mysql ? open_mysql(target) : open_sqlite(target);
}

}  // namespace claimcheck::sql
