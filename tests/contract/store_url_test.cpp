#include <gtest/gtest.h>

#include "core/error.h"
#include "sql/database.h"

namespace claimcheck {
namespace {

/// What parse_store_url throws.
std::string refusal(const std::string& url) {
  try {
    sql::parse_store_url(url);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::bad_request);
    return error.what();
  }
  return "accepted";
}

TEST(StoreUrl, NamesAnSqliteFile) {
  for (const auto& [url, path] : {std::pair{"sqlite:/var/lib/claimcheck.db", "/var/lib/claimcheck.db"},
                                  std::pair{"sqlite:store.db", "store.db"}, std::pair{"sqlite:/a%20b%3F.db", "/a b?.db"}}) {
    const sql::Target target = sql::parse_store_url(url);
    EXPECT_EQ(target.kind, sql::Target::Kind::sqlite);
    EXPECT_EQ(target.path, path);
  }
}

TEST(StoreUrl, NamesAMysqlServer) {
  const struct {
    const char* url;
    const char *host, *unix_socket, *user, *password, *schema, *tls_ca;
    int port;
  } cases[] = {
      {"mysql://me@db.example.com/shop", "db.example.com", "", "me", "", "shop", "", 3306},
      {"mysql://me@db.example.com:3307/shop", "db.example.com", "", "me", "", "shop", "", 3307},
      {"mysql://me@localhost/shop", "", "", "me", "", "shop", "", 3306},
      {"mysql://me@localhost:3306/shop", "localhost", "", "me", "", "shop", "", 3306},
      {"mysql://me@127.0.0.1/shop", "127.0.0.1", "", "me", "", "shop", "", 3306},
      {"mysql://me@[::1]:3307/shop", "[::1]", "", "me", "", "shop", "", 3307},
      {"mysql://me@[::1]/shop", "[::1]", "", "me", "", "shop", "", 3306},
      {"mysql://me@localhost/shop?unix_socket=/run/my%20sql.sock", "", "/run/my sql.sock", "me", "", "shop", "", 3306},
      {"mysql://me@/shop?unix_socket=/run/x.sock", "", "/run/x.sock", "me", "", "shop", "", 3306},
      {"mysql://me:p%40ss%3aw%2Ford@host/shop", "host", "", "me", "p@ss:w/ord", "shop", "", 3306},
      {"mysql://me:a@b:c@host/shop", "host", "", "me", "a@b:c", "shop", "", 3306},
      {"mysql://m%40e@host/sh%2fop?tls_ca=/etc/ssl/ca.pem", "host", "", "m@e", "", "sh/op", "/etc/ssl/ca.pem", 3306},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.url);
    const sql::Target target = sql::parse_store_url(c.url);
    EXPECT_EQ(target.kind, sql::Target::Kind::mysql);
    EXPECT_EQ(target.host, c.host);
    EXPECT_EQ(target.port, c.port);
    EXPECT_EQ(target.unix_socket, c.unix_socket);
    EXPECT_EQ(target.user, c.user);
    EXPECT_EQ(target.password, c.password);
    EXPECT_EQ(target.schema, c.schema);
    EXPECT_EQ(target.tls_ca, c.tls_ca);
  }
}

TEST(StoreUrl, IsRefusedWithAReasonButWithoutItsPassword) {
  for (const char* url : {"",
                          "postgres://me:hush@host/shop",
                          "mysql:me:hush@host/shop",
                          "sqlite:",
                          "mysql://me:hush@host",
                          "mysql://me:hush@host/",
                          "mysql://host/shop",
                          "mysql://:hush@host/shop",
                          "mysql://me:hush@/shop",
                          "mysql://me:hush@host:0/shop",
                          "mysql://me:hush@host:65536/shop",
                          "mysql://me:hush@host:/shop",
                          "mysql://me:hush@host:33a/shop",
                          "mysql://me:hush@[::1/shop",
                          "mysql://me:hush@host/shop?charset=utf8",
                          "mysql://me:hush@host/shop?tls_ca",
                          "mysql://me:hush%@host/shop",
                          "mysql://me:hush%4@host/shop",
                          "mysql://me:hush%zz@host/shop",
                          "mysql://me:hush%00@host/shop",
                          "mysql://me:hush@localhost/shop?tls_ca=/ca.pem",
                          "sqlite:/a%2"}) {
    SCOPED_TRACE(url);
    const std::string text = refusal(url);
    EXPECT_NE(text, "accepted");
    EXPECT_EQ(text.find("hush"), std::string::npos) << text;
  }
}

TEST(StoreUrl, ATablePrefixIsPlain) {
  sql::Target target = sql::parse_store_url("sqlite:/nowhere/store.db");
  for (const char* prefix : {"a-b", "a b", "a`", "a.", "\xC3\xA4"}) {
    target.table_prefix = prefix;
    EXPECT_THROW(sql::open_database(target), Error) << prefix;
  }
  for (const char* prefix : {"", "wp_claimcheck_", "A9_"}) {
    target.table_prefix = prefix;
    EXPECT_NO_THROW(sql::open_database(target)) << prefix;
  }
}

}  // namespace
}  // namespace claimcheck
