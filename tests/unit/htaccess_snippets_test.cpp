#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "htaccess/snippets.h"

namespace claimcheck {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(HtaccessSnippets, SayWhatWasMeasured) {
  const htaccess::Site site{.prefix = "/dl",
                            .locked_url = "/wp-content/uploads/claimcheck",
                            .locked_path = "/srv/my site/uploads/claimcheck",
                            .socket = "/run/claimcheck/worker.sock"};
  const struct {
    std::string text;
    std::vector<std::string> parts;
  } cases[] = {
      {htaccess::nginx_snippet(site),
       {"location ^~ /wp-content/uploads/claimcheck/ {\n  internal;\n  alias \"/srv/my site/uploads/claimcheck/\";\n",
        "add_header ETag $upstream_http_etag;", "fastcgi_param CLAIMCHECK_HAND_OFF accel;", "location ^~ /dl/ {",
        "location = /dl {", "fastcgi_param HTTP_PROXY \"\";", "fastcgi_buffers 16 64k;", "fastcgi_buffer_size 256k;",
        "fastcgi_max_temp_file_size 0;", "fastcgi_pass \"unix:/run/claimcheck/worker.sock\";"}},
      {htaccess::lighttpd_snippet(site),
       {"server.stream-response-body = 2\n", "$HTTP[\"url\"] =~ \"^/wp-content/uploads/claimcheck(/|$)\"",
        "\"socket\" => \"/run/claimcheck/worker.sock\"", "\"x-sendfile-docroot\" => ( \"/srv/my site/uploads/claimcheck/\" )",
        "setenv.add-environment = ( \"CLAIMCHECK_HAND_OFF\" => \"xsendfile\" )"}},
      {htaccess::proxy_fcgi_snippet(site),
       {"ProxyPass \"/dl\" \"unix:/run/claimcheck/worker.sock|fcgi://claimcheck\" enablereuse=off iobuffersize=65536\n",
        "SetEnvIf Request_URI \"^/dl(/|$)\" ap_trust_cgilike_cl=1\n", "CGIPassAuth On\n", "RewriteEngine Off\n",
        "<Directory \"/srv/my site/uploads/claimcheck\">\n  Require all denied\n",
        "XSendFilePath \"/srv/my site/uploads/claimcheck\"\n"}},
  };
  for (const auto& c : cases) {
    for (const auto& part : c.parts) EXPECT_TRUE(has(c.text, part)) << part << "\nis not in\n" << c.text;
    EXPECT_FALSE(has(c.text, "@")) << c.text;
  }
}

TEST(HtaccessSnippets, LeaveOutTheLockedDirectoryIfThereIsNone) {
  EXPECT_FALSE(has(htaccess::nginx_snippet({}), "internal"));
  EXPECT_FALSE(has(htaccess::lighttpd_snippet({}), "access-deny"));
  EXPECT_FALSE(has(htaccess::proxy_fcgi_snippet({}), "denied"));
  for (const auto& text : {htaccess::nginx_snippet({}), htaccess::lighttpd_snippet({}), htaccess::proxy_fcgi_snippet({})}) {
    EXPECT_FALSE(has(text, "@")) << text;
  }
}

TEST(HtaccessSnippets, KeepConnectionsFromNginxToAnUpstreamOfTheNameThatWasGiven) {
  const std::string text = htaccess::nginx_snippet({.beside = {"/api/downloads"}, .upstream = "claimcheck-1_a"});
  const std::string upstream =
      "upstream claimcheck-1_a {\n  server \"unix:/run/claimcheck/claimcheck.sock\";\n  keepalive 32;\n}\n";
  EXPECT_TRUE(has(text, upstream)) << text;
  EXPECT_TRUE(has(text, "  fastcgi_keep_conn on;\n  fastcgi_pass claimcheck-1_a;\n")) << text;
  EXPECT_EQ(text.find(upstream), text.rfind(upstream)) << "once, however many paths lead to it";
  EXPECT_FALSE(has(text, "@")) << text;
  EXPECT_FALSE(has(htaccess::nginx_snippet({}), "keep"));
}

TEST(HtaccessSnippets, WarnIfOnlyThePathOfTheLockedDirectoryIsKnown) {
  for (const auto print : {htaccess::nginx_snippet, htaccess::lighttpd_snippet}) {
    const std::string text = print({.locked_path = "/srv/locked/"});
    EXPECT_TRUE(has(text, "# If /srv/locked lies beneath the document root, its lock is missing here")) << text;
    EXPECT_FALSE(has(print({.locked_url = "/locked", .locked_path = "/srv/locked/"}), "is missing")) << text;
  }
  EXPECT_TRUE(has(htaccess::lighttpd_snippet({.locked_path = "/srv/locked/"}), "( \"/srv/locked/\" )"));
}

}  // namespace
}  // namespace claimcheck
