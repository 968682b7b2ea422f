#include "tests/support/smtp_server.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "tests/support/connection.h"

namespace claimcheck::test {
namespace {

std::string word(SmtpServer::Security security) {
  switch (security) {
    case SmtpServer::Security::none:
      return "none";
    case SmtpServer::Security::starttls:
      return "starttls";
    case SmtpServer::Security::tls:
      return "tls";
  }
  throw std::logic_error("no such security");
}

/// The octets of a text whose characters are all below U+0100.
std::string octets(const std::string& utf8) {
  constexpr unsigned char lead = 0xC0, continuation = 0x3F;
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto octet = static_cast<unsigned char>(utf8[i]);
    if (octet < lead) {
      out += utf8[i];
    } else {
      ++i;
      out += static_cast<char>((octet & 0x03) << 6 | (static_cast<unsigned char>(utf8[i]) & continuation));
    }
  }
  return out;
}

}  // namespace

SmtpServer::SmtpServer(const Options& options) : port_(free_port()) {
  const std::string key = folder_ / "key.pem", messages = folder_ / "messages";
  const Finished made = run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                             "-keyout", key, "-out", certificate(), "-days", "2", "-subj", "/CN=mail server of a test",
                             "-addext", "subjectAltName=" + options.names});
  if (made.status != 0) throw std::runtime_error("no certificate: " + made.err);
  write_file(messages, "");
  // Debian's own Python: the package of aiosmtpd is for no other that may come first in the path.
  process_.emplace(std::vector<std::string>{"/usr/bin/python3", CLAIMCHECK_SOURCE_DIR "/tests/support/smtp_server.py", "--port",
                                            std::to_string(port_), "--messages", messages, "--security", word(options.security),
                                            "--certificate", certificate(), "--key", key, "--user", options.user, "--password",
                                            options.password, "--mechanism", options.mechanism},
                   folder_ / "log");
  wait_until("the mail server listens: " + (folder_ / "log").string(), [&] {
    if (!process_->running()) throw std::runtime_error("the mail server has ended: " + read_file(folder_ / "log"));
    return listens("tcp:127.0.0.1:" + std::to_string(port_));
  });
}

std::vector<ReceivedMail> SmtpServer::messages() const {
  std::vector<ReceivedMail> mails;
  std::istringstream lines{read_file(folder_ / "messages")};
  for (std::string line; std::getline(lines, line);) {
    const auto mail = nlohmann::json::parse(line);
    mails.push_back({.sender = mail.at("sender"),
                     .recipients = mail.at("recipients"),
                     .content = octets(mail.at("content")),
                     .encrypted = mail.at("encrypted"),
                     .login = mail.at("login")});
  }
  return mails;
}

}  // namespace claimcheck::test
