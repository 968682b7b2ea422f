#include "tests/support/front_end.h"

#include <stdexcept>

#include "htaccess/site.h"
#include "tests/support/apache.h"
#include "tests/support/nginx.h"

namespace claimcheck::test {
namespace {

/// A web server and the worker behind it.
class WithWorker final : public FrontEnd {
 public:
  WithWorker(std::unique_ptr<Process> worker, std::unique_ptr<FrontEnd> server)
      : worker_(std::move(worker)), server_(std::move(server)) {}
  std::string log() const override { return server_->log(); }

 private:
  std::unique_ptr<Process> worker_;
  std::unique_ptr<FrontEnd> server_;
};

std::string printed(const Site& site, const std::string& kind, const std::vector<std::string>& more = {}) {
  std::vector<std::string> command{"site", "print", kind, "--docroot", site.docroot().string()};
  command.insert(command.end(), more.begin(), more.end());
  const Finished print = site.command(command);
  if (print.status != 0) throw std::runtime_error("site print " + kind + ": " + print.out + print.err);
  return print.out;
}

const std::string assumed_socket = "unix:" + htaccess::Site{}.socket;

}  // namespace

std::string name_of(Front front) {
  switch (front) {
    case Front::apache_fcgid:
      return "ApacheFcgid";
    case Front::apache_cgi:
      return "ApacheCgi";
    case Front::apache_proxy:
      return "ApacheProxyFcgi";
    case Front::nginx:
      return "Nginx";
  }
  throw std::logic_error("no such front end");
}

std::string edited(std::string text, const Edits& edits) {
  for (const auto& [from, to] : edits) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("no \"" + from + "\" in\n" + text);
    text.replace(at, from.size(), to);
  }
  return text;
}

std::unique_ptr<FrontEnd> start(Front front, Site& site, const Edits& edits) {
  const std::string socket = "worker";
  switch (front) {
    case Front::apache_fcgid:
      return start_apache(ApacheKind::fcgid, site, {}, {}, edits);
    case Front::apache_cgi:
      return start_apache(ApacheKind::cgid, site, {}, {}, edits);
    case Front::apache_proxy: {
      auto worker = site.start_worker(socket);
      return std::make_unique<WithWorker>(std::move(worker),
                                          start_apache(ApacheKind::proxy_fcgi, site, site.socket_address(socket), {}, edits));
    }
    case Front::nginx: {
      auto worker = site.start_worker(socket);
      return std::make_unique<WithWorker>(std::move(worker), start_nginx(site, {site.socket_address(socket)}, edits));
    }
  }
  throw std::logic_error("no such front end");
}

std::string printed_snippet(const Site& site, const std::string& kind, const std::string& address) {
  return edited(printed(site, kind), {{assumed_socket, address}});
}

NginxLines printed_nginx_lines(const Site& site, const std::vector<std::string>& workers) {
  const std::string text = printed(site, "nginx", {"--upstream", "claimcheck_workers"});
  const std::string border = "# Within the server block:\n";
  const auto at = text.find(border);
  if (at == std::string::npos) throw std::runtime_error("no \"" + border + "\" in\n" + text);
  std::string servers;
  for (const auto& worker : workers) servers += "  server \"" + worker + "\";\n";
  return {.beside = edited(text.substr(0, at), {{"  server \"" + assumed_socket + "\";\n", servers}}),
          .within = text.substr(at + border.size())};
}

}  // namespace claimcheck::test
