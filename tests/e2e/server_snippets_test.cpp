// The printed lines for other servers, each in a real server, with a worker that notes what reaches it.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "htaccess/snippets.h"
#include "tests/support/connection.h"
#include "tests/support/http_client.h"
#include "tests/support/process.h"
#include "tests/support/web_user.h"

namespace claimcheck {
namespace {

using namespace test;
namespace fs = std::filesystem;

using Parameters = std::map<std::string, std::string>;

/// Answers every FastCGI request with the same text and keeps the parameters of each.
class NotingWorker {
 public:
  NotingWorker(const fs::path& socket, std::string answer) : answer_(std::move(answer)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = socket;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long for a socket: " + path);
    path.copy(address.sun_path, path.size());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 16) != 0) {
      throw std::runtime_error("cannot listen on " + path);
    }
    fs::permissions(socket, fs::perms{0666});
    thread_ = std::thread([this] { serve(); });
  }
  ~NotingWorker() {
    ends_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  NotingWorker(const NotingWorker&) = delete;
  NotingWorker& operator=(const NotingWorker&) = delete;

  /// The parameters of the requests since the last call.
  std::vector<Parameters> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
  }

 private:
  void serve() {
    while (!ends_) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      answer(connection);
      ::close(connection);
    }
  }

  void answer(int connection) {
    std::string parameters;
    for (;;) {
      unsigned char head[8];
      if (::recv(connection, head, sizeof head, MSG_WAITALL) != sizeof head) return;
      const std::size_t length = static_cast<std::size_t>(head[4]) << 8 | head[5];
      std::string content(length + head[6], '\0');
      if (!content.empty() && ::recv(connection, content.data(), content.size(), MSG_WAITALL) < 0) return;
      content.resize(length);
      if (head[1] == 4) parameters += content;
      if (head[1] == 5 && length == 0) break;
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(parsed(parameters));
    }
    const auto high = static_cast<char>(answer_.size() >> 8), low = static_cast<char>(answer_.size() & 0xff);
    std::string reply{1, 6, 0, 1, high, low, 0, 0};
    reply += answer_ + std::string{1, 6, 0, 1, 0, 0, 0, 0} + std::string{1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
  }

  static Parameters parsed(const std::string& text) {
    Parameters result;
    std::size_t at = 0;
    const auto byte = [&] { return static_cast<std::size_t>(static_cast<unsigned char>(text.at(at++))); };
    const auto length = [&] {
      const std::size_t first = byte();
      if (first < 128) return first;
      const std::size_t second = byte(), third = byte(), fourth = byte();
      return (first & 127) << 24 | second << 16 | third << 8 | fourth;
    };
    while (at < text.size()) {
      const std::size_t name = length(), value = length();
      result.emplace(text.substr(at, name), text.substr(at + name, value));
      at += name + value;
    }
    return result;
  }

  std::string answer_;
  int listener_ = -1;
  std::atomic<bool> ends_ = false;
  std::mutex mutex_;
  std::vector<Parameters> requests_;
  std::thread thread_;
};

const std::string content = "CANARY of the locked file\n";

/// docroot/locked/file.zip, and a server that is to keep it.
class ServerWithSnippet {
 public:
  ServerWithSnippet() {
    fs::create_directories(folder_ / "docroot/locked");
    write_file(folder_ / "docroot/locked/file.zip", content);
    fs::copy_file("/etc/nginx/fastcgi_params", folder_ / "fastcgi_params");
    give_to_site_user(folder_.path());
  }

  htaccess::Site places() const {
    return {.locked_url = "/locked", .locked_path = folder_ / "docroot/locked", .socket = folder_ / "worker.sock"};
  }

  void start_worker(const std::string& answer) { worker_ = std::make_unique<NotingWorker>(folder_ / "worker.sock", answer); }

  /// @param text  a configuration, in which @folder@ and @port@ are replaced
  void start(const std::function<std::vector<std::string>(const std::string&)>& command, std::string text) {
    for (const auto& [mark, value] :
         {std::pair{std::string("@folder@"), folder_.path().string()}, {"@port@", std::to_string(port_)}}) {
      for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), value);
    }
    const fs::path configuration = folder_ / "server.conf", log = folder_ / "server.log";
    write_file(configuration, text);
    server_ = std::make_unique<Process>(command(configuration), log);
    wait_until("the server listens", [&] {
      if (!server_->running()) throw std::runtime_error("the server ended:\n" + read_file(log));
      return listens(fmt::format("tcp:127.0.0.1:{}", port_));
    });
  }

  Answer ask(const HttpRequest& request) const { return fetch(port_, request); }

  /// What every front end has to do, whatever its way to the worker.
  void expect_requests_to_arrive_as_sent() {
    for (const std::string target : {"/dl", "/dl/", "/dl/abc", "/dl/a%20b%2Bc//d/../e.zip?x=1&y=%2F", "/dl?x"}) {
      SCOPED_TRACE(target);
      worker_->take();
      ask({.target = target, .headers = {{"Authorization", "Bearer key"}, {"Proxy", "http://evil"}}});
      const auto requests = worker_->take();
      ASSERT_EQ(requests.size(), 1U);
      EXPECT_EQ(requests.front().at("REQUEST_URI"), target);
      EXPECT_EQ(requests.front().at("HTTP_AUTHORIZATION"), "Bearer key");
      EXPECT_TRUE(!requests.front().contains("HTTP_PROXY") || requests.front().at("HTTP_PROXY").empty());
    }
    for (const char* target : {"/dlx", "/", "/locked/"}) {
      ask({.target = target});
      EXPECT_TRUE(worker_->take().empty()) << target;
    }
  }

  void expect_locked() const {
    for (const char* target : {"/locked/file.zip", "//locked/./file.zip", "/locked/%66ile.zip", "/dl/../locked/file.zip"}) {
      const Answer answer = ask({.target = target});
      EXPECT_TRUE(answer.status == 403 || answer.status == 404) << target << " " << answer.status;
      EXPECT_EQ(answer.body.find("CANARY"), std::string::npos) << target;
    }
  }

 private:
  TemporaryFolder folder_;
  int port_ = free_port();
  std::unique_ptr<NotingWorker> worker_;
  std::unique_ptr<Process> server_;
};

TEST(ServerSnippets, NginxHandsOffAndPassesRequestsAsSent) {
  ServerWithSnippet site;
  site.start_worker("X-Accel-Redirect: /locked/file.zip\r\nContent-Type: application/zip\r\n\r\n");
  site.start(
      [](const std::string& configuration) {
        return std::vector<std::string>{"/usr/sbin/nginx", "-e", "stderr", "-c", configuration};
      },
      fmt::format(R"({}daemon off;
pid @folder@/nginx.pid;
events {{ }}
http {{
  access_log off;
  client_body_temp_path @folder@/body;
  proxy_temp_path @folder@/proxy;
  fastcgi_temp_path @folder@/fastcgi;
  uwsgi_temp_path @folder@/uwsgi;
  scgi_temp_path @folder@/scgi;
  server {{
    listen 127.0.0.1:@port@;
    root @folder@/docroot;
    location ~* \.(zip|pdf)$ {{ expires 30d; }}
{}  }}
}}
)",
                  site_has_own_user() ? "user www-data;\n" : "", htaccess::nginx_snippet(site.places())));
  site.expect_requests_to_arrive_as_sent();
  site.expect_locked();
  const Answer file = site.ask({.target = "/dl/secret"});
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, content);
  EXPECT_EQ(file.header("Content-Type"), "application/zip");
  EXPECT_EQ(file.header("X-Accel-Redirect"), std::nullopt);
}

TEST(ServerSnippets, LighttpdHandsOffAndPassesRequestsAsSent) {
  ServerWithSnippet site;
  site.start_worker(fmt::format("X-Sendfile: {}/file.zip\r\nContent-Type: application/zip\r\n\r\n", site.places().locked_path));
  site.start(
      [](const std::string& configuration) {
        return std::vector<std::string>{"/usr/sbin/lighttpd", "-D", "-f", configuration};
      },
      fmt::format(R"(server.modules = ( "mod_access" )
server.bind = "127.0.0.1"
server.port = @port@
server.document-root = "@folder@/docroot"
{}{})",
                  site_has_own_user() ? "server.username = \"www-data\"\nserver.groupname = \"www-data\"\n" : "",
                  htaccess::lighttpd_snippet(site.places())));
  site.expect_requests_to_arrive_as_sent();
  site.expect_locked();
  const Answer file = site.ask({.target = "/dl/secret"});
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, content);
  EXPECT_EQ(file.header("Content-Type"), "application/zip");
  EXPECT_EQ(file.header("X-Sendfile"), std::nullopt);
}

TEST(ServerSnippets, ApacheProxyKeepsTheLengthAndPassesRequestsAsSentWhereHtaccessFilesAreIgnored) {
  ServerWithSnippet site;
  site.start_worker("Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nabcdef");
  std::string text = site_has_own_user() ? "User www-data\nGroup www-data\n" : "";
  for (const char* name :
       {"mpm_event", "authz_core", "env", "filter", "deflate", "proxy", "proxy_fcgi", "rewrite", "setenvif"}) {
    text += fmt::format("LoadModule {0}_module /usr/lib/apache2/modules/mod_{0}.so\n", name);
  }
  site.start(
      [](const std::string& configuration) {
        return std::vector<std::string>{"/usr/sbin/apache2", "-DFOREGROUND", "-f", configuration};
      },
      text + R"(ServerRoot "@folder@"
ServerName 127.0.0.1
Listen 127.0.0.1:@port@
PidFile "@folder@/apache.pid"
DefaultRuntimeDir "@folder@"
ErrorLog "@folder@/server.log"
DocumentRoot "@folder@/docroot"
AddOutputFilterByType DEFLATE text/plain
<Directory "@folder@/docroot">
  AllowOverride None
  Require all granted
</Directory>
)" + htaccess::proxy_fcgi_snippet(site.places()));
  site.expect_requests_to_arrive_as_sent();
  site.expect_locked();
  const Answer answer = site.ask({.target = "/dl/secret", .headers = {{"Accept-Encoding", "gzip"}}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "abcdef");
  EXPECT_EQ(answer.header("Content-Length"), "6");
}

}  // namespace
}  // namespace claimcheck
