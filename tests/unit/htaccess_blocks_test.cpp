#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "core/error.h"
#include "htaccess/blocks.h"
#include "htaccess/snippets.h"

namespace claimcheck {
namespace {

using htaccess::Site;
using htaccess::WorkerFolder;

const std::string gate(64, 'G');

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(HtaccessBlocks, NoNameIsTheBeginningOfAnother) {
  const std::array names{htaccess::lock_name, htaccess::site_name, htaccess::worker_name, std::string_view("WordPress")};
  for (const auto& one : names) {
    for (const auto& other : names) EXPECT_TRUE(&one == &other || !other.starts_with(one)) << one << " in " << other;
  }
}

TEST(HtaccessBlocks, TheLockHasARuleForEachKindOfServer) {
  const std::string block = htaccess::lock_block(gate);
  const struct {
    const char* what;
    std::string part;
  } cases[] = {
      {"Apache 2.4", "Require expr \"reqenv('REDIRECT_CLAIMCHECK_GATE') == '" + gate + "'\""},
      {"Apache 2.2", "Order Deny,Allow\n  Deny from all\n  Allow from env=REDIRECT_CLAIMCHECK_GATE\n"},
      {"rewrite rules alone", "RewriteCond %{ENV:REDIRECT_CLAIMCHECK_GATE} !=" + gate + "\n  RewriteRule ^ - [F,L]\n"},
      {"no listing, no scripts", "Options -Indexes -ExecCGI\n"},
      {"no handler, whatever the server says",
       "<FilesMatch \".\">\n  SetHandler default-handler\n  ForceType application/octet-stream\n"},
  };
  for (const auto& c : cases) EXPECT_TRUE(has(block, c.part)) << c.what << ":\n" << block;
  EXPECT_FALSE(has(block, "@"));
}

TEST(HtaccessBlocks, TheSiteRuleTakesThePrefixWithAndWithoutASlash) {
  const struct {
    Site site;
    std::string rule;
  } cases[] = {
      {{}, "RewriteRule ^dl(/.*)?$ /claimcheck/claimcheck.fcgi$1 [QSA,L]\n"},
      {{.prefix = "/shop/get.it", .worker_url = "/cgi-bin/claimcheck.fcgi"},
       "RewriteRule ^shop/get\\.it(/.*)?$ /cgi-bin/claimcheck.fcgi$1 [QSA,L]\n"},
      {{.prefix = "/blog/dl", .worker_url = "/blog/claimcheck/claimcheck.fcgi", .folder_url = "/blog"},
       "RewriteRule ^dl(/.*)?$ /blog/claimcheck/claimcheck.fcgi$1 [QSA,L]\n"},
  };
  for (const auto& c : cases) {
    const std::string block = htaccess::site_block(c.site);
    EXPECT_TRUE(has(block, c.rule)) << block;
    EXPECT_FALSE(has(block, "RewriteBase"));
  }
}

TEST(HtaccessBlocks, TheWorkerRunsUnderEitherModuleAndGetsItsKeys) {
  const std::string block = htaccess::worker_block(gate);
  for (const std::string& part :
       {std::string("<IfModule mod_fcgid.c>\n  AddHandler fcgid-script .fcgi\n"),
        std::string("<IfModule !mod_fcgid.c>\n  AddHandler cgi-script .fcgi\n"), std::string("Options +ExecCGI -Indexes\n"),
        "SetEnv CLAIMCHECK_GATE " + gate + "\n", std::string("SetEnvIf Authorization \"^(.+)$\" HTTP_AUTHORIZATION=$1\n"),
        std::string("RewriteEngine Off\n")}) {
    EXPECT_TRUE(has(block, part)) << part;
  }
  const std::string in_cgi_bin = htaccess::worker_block(gate, WorkerFolder::cgi_bin);
  EXPECT_FALSE(has(in_cgi_bin, "Options"));
  EXPECT_TRUE(has(in_cgi_bin, "</IfModule>\nSetEnv CLAIMCHECK_GATE"));
}

TEST(HtaccessBlocks, RefusesValuesThatWouldMeanSomethingElseInAConfiguration) {
  const struct {
    const char* what;
    Site site;
  } cases[] = {
      {"an empty prefix takes the whole site", {.prefix = ""}},
      {"so does the root", {.prefix = "/"}},
      {"no slash in front", {.prefix = "dl"}},
      {"a slash at the end", {.prefix = "/dl/"}},
      {"two slashes, which servers make one", {.prefix = "/a//b"}},
      {"a regular expression", {.prefix = "/d(l|x)"}},
      {"a new line", {.prefix = "/dl\nDeny"}},
      {"a back reference", {.worker_url = "/cgi/$1.fcgi"}},
      {"a nginx block", {.locked_url = "/a{}"}},
      {"a quote in a path", {.locked_path = "/srv/\"a"}},
      {"a relative path", {.locked_path = "uploads"}},
      {"a line end in a path", {.socket = "/run/a\n.sock"}},
      {"no socket", {.socket = ""}},
      {"a nginx block for an upstream", {.upstream = "a{}"}},
      {"a prefix that the folder's rules never see", {.prefix = "/dl", .folder_url = "/blog"}},
      {"nor this one, although it begins alike", {.prefix = "/blogger/dl", .folder_url = "/blog"}},
      {"the folder itself as the prefix", {.prefix = "/blog", .folder_url = "/blog"}},
      {"a regular expression for a folder", {.prefix = "/(a|b)/dl", .folder_url = "/(a|b)"}},
  };
  for (const auto& c : cases) {
    for (const auto print :
         {htaccess::site_block, htaccess::nginx_snippet, htaccess::lighttpd_snippet, htaccess::proxy_fcgi_snippet}) {
      EXPECT_THROW(print(c.site), Error) << c.what;
    }
  }
}

TEST(HtaccessBlocks, RefusesAGateThatIsNot64LettersAndDigits) {
  for (const std::string& wrong :
       {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(63, 'a') + "'", std::string(63, 'a') + "\n"}) {
    EXPECT_THROW(htaccess::lock_block(wrong), Error) << wrong;
    EXPECT_THROW(htaccess::worker_block(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace claimcheck
