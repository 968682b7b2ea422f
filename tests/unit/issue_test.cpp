#include "core/issue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/issue_fixture.h"
#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

using namespace test;

IssueRequest valid() {
  return {.storage = "uploads", .file = "2026/11/report.pdf", .email = "ada@example.com", .facts = {{"order_id", "42"}}};
}

TEST(IssueRequest, IsRefusedWithTheNameOfTheFirstValueThatCannotBe) {
  using Change = std::function<void(IssueRequest&)>;
  const auto file = [](std::string path) -> Change { return [=](IssueRequest& request) { request.file = path; }; };
  const auto filename = [](std::string name) -> Change { return [=](IssueRequest& request) { request.filename = name; }; };
  const auto email = [](std::string text) -> Change { return [=](IssueRequest& request) { request.email = text; }; };
  const auto max_uses = [](std::int64_t uses) -> Change { return [=](IssueRequest& request) { request.max_uses = uses; }; };
  const auto ttl = [](std::int64_t length) -> Change { return [=](IssueRequest& request) { request.ttl = seconds{length}; }; };
  const auto fact = [](std::string name, std::string value) -> Change {
    return [=](IssueRequest& request) { request.facts[name] = value; };
  };
  const auto facts = [](int count) -> Change {
    return [=](IssueRequest& request) {
      request.facts.clear();
      for (int i = 0; i < count; ++i) request.facts[fmt::format("fact_{}", i)] = "x";
    };
  };
  const struct {
    const char* name;
    Change change;
    const char* field;
  } cases[] = {
      {"as it should be", [](IssueRequest&) {}, ""},
      {"no file", file(""), "file"},
      {"a file outside", file("../wp-config.php"), "file"},
      {"an absolute file", file("/etc/passwd"), "file"},
      {"a file with a line break", file("a\nb"), "file"},
      {"a name for the holder", filename("Ihr Bericht \xc3\xbc.pdf"), ""},
      {"no name", filename(""), "filename"},
      {"a path for a name", filename("a/b"), "filename"},
      {"a name with a header in it", filename("a\r\nSet-Cookie: x"), "filename"},
      {"no address at all", email(""), ""},
      {"no at sign", email("ada.example.com"), "email"},
      {"nobody", email("@example.com"), "email"},
      {"nowhere", email("ada@"), "email"},
      {"two addresses", email("ada@example.com,eve@example.com"), "email"},
      {"an option of sendmail", email("-oQ/tmp@example.com"), "email"},
      {"a header", email("ada@example.com\r\nBcc: eve@example.com"), "email"},
      {"254 bytes", email(std::string(242, 'a') + "@example.com"), ""},
      {"255 bytes", email(std::string(243, 'a') + "@example.com"), "email"},
      {"any number of uses", max_uses(0), ""},
      {"the most uses", max_uses(1'000'000), ""},
      {"more uses", max_uses(1'000'001), "max_uses"},
      {"a negative number of uses", max_uses(-1), "max_uses"},
      {"one second", ttl(1), ""},
      {"no time", ttl(0), "ttl"},
      {"a negative time", ttl(-1), "ttl"},
      {"ten years", ttl(10LL * 365 * 24 * 3600), ""},
      {"more than ten years", ttl(10LL * 365 * 24 * 3600 + 1), "ttl"},
      {"an empty fact", fact("note", ""), ""},
      {"a fact without a name", fact("", "x"), "facts"},
      {"a fact with a capital", fact("Order", "x"), "facts"},
      {"the longest name", fact(std::string(64, 'a'), "x"), ""},
      {"a longer name", fact(std::string(65, 'a'), "x"), "facts"},
      {"the longest value", fact("note", std::string(255, 'x')), ""},
      {"a longer value", fact("note", std::string(256, 'x')), "facts"},
      {"a value that is no UTF-8", fact("note", "\xff"), "facts"},
      {"a value with a NUL", fact("note", std::string(1, '\0')), "facts"},
      {"32 facts", facts(32), ""},
      {"33 facts", facts(33), "facts"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    IssueRequest request = valid();
    c.change(request);
    const auto error = thrown([&] { check(request); });
    EXPECT_EQ(text_detail(error, "field"), c.field);
    if (error) {
      EXPECT_EQ(error->code(), Errc::bad_request);
    }
  }
}

class FiveBytes final : public OpenFile {
 public:
  FileVersion version() const override { return {.size = 5, .mtime_ns = 7}; }
  std::string name() const override { return "served.pdf"; }
  bool is_ready(std::uint64_t) override { return true; }
  std::size_t read(std::uint64_t, std::span<char>) override { return 0; }
  int descriptor() const override { return -1; }
};

TEST(MakeToken, TakesFromThePolicyWhatTheRequestLeavesOpen) {
  const Policy policy{.name = "shop",
                      .ttl = seconds{600},
                      .max_uses = 3,
                      .rules = {.grace = seconds{60}, .on_change = OnChange::serve, .delete_file = true, .retry_budget = 0.5}};
  const Time now = from_unix(1'800'000'000);
  const FiveBytes file;
  const Random random = secure_random();
  const Issued plain = make_token(valid(), policy, file, now, {.secret = random, .id = random});
  EXPECT_EQ(plain.token.digest, plain.secret.digest());
  EXPECT_TRUE(is_uuid(plain.token.id.text));
  EXPECT_EQ(plain.token.filename, "served.pdf") << "what the storage calls it";
  EXPECT_EQ(plain.token.version, file.version());
  EXPECT_EQ(plain.token.policy, "shop");
  EXPECT_EQ(plain.token.rules, policy.rules);
  EXPECT_EQ(plain.token.max_uses, 3);
  EXPECT_EQ(plain.token.expires_at, now + seconds{600});
  EXPECT_EQ(plain.token.facts, valid().facts);
  EXPECT_EQ(plain.token.uses, 0);
  EXPECT_EQ(plain.token.email, "ada@example.com");

  IssueRequest own = valid();
  own.filename = "Bericht.pdf";
  own.email = "Ada.K\xc3\x84@Example.COM";
  own.max_uses = 0;
  own.ttl = seconds{5};
  own.decrypt = false;
  const Issued asked = make_token(own, policy, file, now, {.secret = random, .id = random});
  EXPECT_EQ(asked.token.filename, "Bericht.pdf");
  EXPECT_EQ(asked.token.email, "ada.k\xc3\x84@example.com") << "letters of US-ASCII are made small";
  EXPECT_EQ(asked.token.max_uses, 0);
  EXPECT_FALSE(asked.token.rules.decrypt);
  EXPECT_EQ(asked.token.expires_at, now + seconds{5});
  EXPECT_NE(asked.token.digest, plain.token.digest);
  EXPECT_NE(asked.token.id, plain.token.id);
}

class Issue : public Issuing {
 protected:
  Issue() {
    std::filesystem::create_directories(uploads / "2026/11");
    write_file(uploads / "2026/11/report.pdf", "the report");
  }

  Issued issue_link(const IssueRequest& request, const std::string& policy = "default") {
    return issue(request, policy, means);
  }

  std::optional<Error> fault(const IssueRequest& request, const std::string& policy = "default") {
    const auto error = thrown([&] { issue_link(request, policy); });
    EXPECT_TRUE(tokens.list({}).empty()) << "nothing may be issued";
    return error;
  }
};

TEST_F(Issue, KeepsTheTokenThatItsSecretOpens) {
  const Issued issued = issue_link(valid());
  const auto found = tokens.find(Secret::parse(issued.secret.reveal()).value().digest());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, issued.token);
  EXPECT_EQ(found->created_at, tokens.now());
  EXPECT_EQ(found->version.size, 10U);
}

TEST_F(Issue, TheOnlyStorageNeedsNoName) {
  IssueRequest request = valid();
  request.storage.clear();
  EXPECT_EQ(issue_link(request).token.storage, "uploads");
}

TEST_F(Issue, WhatIsMissingIsNamed) {
  IssueRequest request = valid();
  EXPECT_EQ(text_detail(fault(request, "gold"), "field"), "policy");
  request.storage = "downloads";
  EXPECT_EQ(text_detail(fault(request), "field"), "storage");
  request = valid();
  request.file = "2026/11/nosuch.pdf";
  EXPECT_EQ(fault(request).value().code(), Errc::file_not_found);
  request.file = "2026/11";
  EXPECT_EQ(fault(request).value().code(), Errc::file_not_found);
  std::filesystem::remove_all(uploads);
  EXPECT_EQ(fault(valid()).value().code(), Errc::unavailable);
  storages.emplace("more", files::open_directory(folder.path()));
  request = valid();
  request.storage.clear();
  EXPECT_EQ(text_detail(fault(request), "field"), "storage") << "of two, one must be chosen";
}

TEST_F(Issue, AFileIsJudgedIfThePolicySaysSo) {
  policies.emplace("checked", Policy{.name = "checked", .validate = Validate::zip});
  EXPECT_EQ(fault(valid(), "checked").value().code(), Errc::unavailable) << "nothing here can judge it";
  means.inspect = [](OpenFile&, const std::string& path, const PackageExpectation& expected) {
    EXPECT_EQ(path, "2026/11/report.pdf");
    EXPECT_EQ(expected.format, PackageExpectation::Format::zip);
    return std::optional{PackageFault{.code = "invalid_zip_format", .message = "No.", .data = {{"reason", "not_a_zip"}}}};
  };
  const auto refused = fault(valid(), "checked");
  EXPECT_EQ(refused.value().code(), Errc::bad_request);
  EXPECT_EQ(refused->details(),
            (Details{{"field", "file"}, {"fault", "invalid_zip_format"}, {"message", "No."}, {"reason", "not_a_zip"}}));
  means.inspect = [](OpenFile&, const std::string&, const PackageExpectation&) { return std::nullopt; };
  issue_link(valid(), "checked");
  means.inspect = {};
  issue_link(valid(), "default");
}

TEST_F(Issue, AGeneratorThatRepeatsItselfIsNoticed) {
  random = [](std::span<unsigned char> out) { std::ranges::fill(out, static_cast<unsigned char>(1)); };
  issue_link(valid());
  EXPECT_EQ(thrown([&] { issue_link(valid()); }).value().code(), Errc::internal);
  EXPECT_EQ(tokens.list({}).size(), 1U);
}

}  // namespace
}  // namespace claimcheck
