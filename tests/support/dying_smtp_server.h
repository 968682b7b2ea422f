#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace claimcheck::test {

/// A mail server that dies, on its own thread and a free loopback port: it follows SMTP (without TLS; it believes everybody who
/// logs in), until the plan says otherwise. Made for thousands of mails.
class DyingSmtpServer {
 public:
  /// A point of the protocol.
  enum class Point {
    before_greeting,
    after_greeting,
    ehlo,
    starttls,
    auth,
    mail,
    rcpt,
    data,          ///< DATA has come, 354 has not gone
    body,          ///< the header of the mail has come
    final_dot,     ///< the whole mail has come, its answer has not gone
    after_answer,  ///< the answer has gone
  };
  enum class Act {
    reset,    ///< RST: what is on its way is lost
    hang_up,  ///< FIN
    silence,  ///< nothing is ever said again
    answer,   ///< Fault::line instead of the right answer; at after_greeting and after_answer: unasked, besides it
  };
  struct Fault {
    Point point;
    Act act;
    std::string line = {};  ///< "450 4.2.0 later", without its line break
  };
  /// What goes wrong. Asked on the server's thread, when a connection is accepted and after each of its mails, as to its next
  /// mail: both are counted from 1.
  using Plan = std::function<std::optional<Fault>(int connection, int mail)>;

  /// A mail whose final dot has come.
  struct Received {
    std::string message_id;  ///< "<ID@DOMAIN>"
    std::string sender, recipient;
    int answer = 0;  ///< what was sent: 250, another code, or 0 for nothing
  };

  explicit DyingSmtpServer(Plan plan);
  ~DyingSmtpServer();
  DyingSmtpServer(const DyingSmtpServer&) = delete;
  DyingSmtpServer& operator=(const DyingSmtpServer&) = delete;

  int port() const { return port_; }
  /// In the order in which they came.
  std::vector<Received> received() const;
  /// How many connections were accepted.
  int connections() const;
  /// How often a command came: "MAIL", "RSET", "QUIT" …
  int heard(const std::string& verb) const;

 private:
  struct Connection;

  void serve();
  void accept();
  void read(Connection& connection);
  void handle(Connection& connection, const std::string& line);
  void handle_command(Connection& connection, const std::string& line);
  void handle_body(Connection& connection, const std::string& line);
  void finish_mail(Connection& connection);
  static std::string line_at(const Connection& connection, Point point, const std::string& right);
  bool answer(Connection& connection, Point point, const std::string& right);

  Plan plan_;
  int port_ = 0, listener_ = -1;
  mutable std::mutex mutex_;  ///< guards what others ask for
  std::vector<Received> received_;
  std::map<std::string, int> heard_;
  int accepted_ = 0;
  std::vector<Connection> open_;
  std::atomic<bool> ending_ = false;
  std::jthread thread_;
};

}  // namespace claimcheck::test
