#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "htaccess/install.h"
#include "htaccess/lock_check.h"
#include "tests/unit/fake_site.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;
using test::answer;
using test::FakeSite;
using test::gate;
using test::read_file;
using test::write_file;

bool is_locked(const fs::path& path) {
  return path.string().starts_with("uploads/locked/");
}

Findings look(const FakeSite& site, const Fetch& fetch) {
  Canaries canaries{secure_random()};
  const Mapping mapping = prove_mapping(site.premises(), site.place(), canaries, fetch);
  return check_lock(site.premises(), site.place(), mapping, canaries, fetch);
}

TEST(DoctorLock, HasThreeStates) {
  const struct {
    const char* name;
    std::function<WebAnswer(const fs::path&)> refuse;
    State state;
    const char* told;
  } cases[] = {
      {"refused, and what lies beside is not", [](const fs::path& path) { return is_locked(path) ? answer(403) : WebAnswer{}; },
       State::ok, "locked"},
      {"hidden, and what lies beside is not", [](const fs::path& path) { return is_locked(path) ? answer(404) : WebAnswer{}; },
       State::ok, "locked"},
      {"refused, and what lies beside is not there",
       [](const fs::path& path) { return is_locked(path) ? answer(403) : answer(404); }, State::ok, "locked"},
      {"everything is served", [](const fs::path&) { return WebAnswer{}; }, State::leak, "AllowOverride None"},
      {"only one static kind is served",
       [](const fs::path& path) { return is_locked(path) && path.extension() != ".pdf" ? answer(403) : WebAnswer{}; },
       State::leak, ".pdf was sent (of 1 ways"},
      {"programs are run",
       [](const fs::path& path) { return is_locked(path) && path.extension() != ".php" ? answer(403) : WebAnswer{}; },
       State::leak, ".php was sent"},
      {"everything is refused", [](const fs::path&) { return answer(403); }, State::unverified, "may not be this folder's"},
      {"nothing is there", [](const fs::path&) { return answer(404); }, State::unverified, "may not be this folder's"},
      {"a page instead of everything", [](const fs::path&) { return answer(200, "Are you a robot?"); }, State::unverified,
       "200"},
      {"no answer", [](const fs::path&) { return WebAnswer{.failure = Failure::unreachable, .reason = "refused"}; },
       State::unverified, "could not be asked"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    FakeSite site;
    const Findings findings = look(site, site.serve(c.refuse));
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().check, "lock");
    EXPECT_EQ(findings.front().state, c.state) << findings.front().message;
    EXPECT_NE(findings.front().message.find(c.told), std::string::npos) << findings.front().message;
    EXPECT_EQ(findings.front().fix.empty(), c.state == State::ok);
    for (const auto& entry : fs::recursive_directory_iterator(site.docroot()))
      EXPECT_EQ(entry.path().string().find("canary"), std::string::npos) << entry.path();
  }
}

TEST(DoctorLock, AProgramThatIsRunIsALeakToo) {
  FakeSite site;
  const Findings findings = look(site, site.serve([&](const fs::path& path) -> WebAnswer {
    if (!is_locked(path)) return {};
    if (path.extension() != ".php") return answer(403);
    const std::string text = read_file(site.docroot() / path);
    return answer(200, text.substr(0, text.find("<?php")) + "executed");
  }));
  EXPECT_EQ(findings.front().state, State::leak);
  EXPECT_NE(findings.front().message.find("was executed"), std::string::npos) << findings.front().message;
}

TEST(DoctorLock, KnowsWhereItCannotLook) {
  FakeSite site;
  Canaries canaries{secure_random()};
  const Fetch none = [](const WebRequest&) -> WebAnswer { throw std::logic_error("nothing is to be fetched"); };
  LockedFolder folder = site.place();
  folder.url.clear();
  EXPECT_EQ(check_lock(site.premises(), folder, {}, canaries, none).front().state, State::unverified);
  folder.outside = true;
  EXPECT_EQ(check_lock(site.premises(), folder, {}, canaries, none).front().state, State::ok);
}

TEST(DoctorLock, ForeignFilesAreSuspectedAndAccusedOnlyWithProof) {
  FakeSite site;
  fs::create_directories(site.locked() / "open");
  fs::create_directories(site.locked() / "plain");
  write_file(site.locked() / "open/.htaccess", "require  ALL granted\nRequire all granted\n");
  write_file(site.locked() / "plain/.htaccess", "AddCharset utf-8 .txt\n");
  const auto locked = [](const fs::path& path) { return is_locked(path) ? answer(403) : WebAnswer{}; };
  Findings findings = look(site, site.serve(locked));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings.back().check, "lock.nested");
  EXPECT_EQ(findings.back().state, State::warning);
  EXPECT_EQ(findings.back().subject, (site.locked() / "open/.htaccess").string());

  findings = look(site, site.serve([&](const fs::path& path) {
    return path.string().find("/open/") == std::string::npos ? locked(path) : WebAnswer{};
  }));
  EXPECT_EQ(findings.back().check, "lock.nested");
  EXPECT_EQ(findings.back().state, State::leak);
}

TEST(DoctorLock, TheGateThatIsWrittenDownIsCompared) {
  FakeSite site;
  EXPECT_EQ(check_lock_block(site.premises(), site.place(), true), Findings{});
  install_lock(site.locked().string(), std::string(64, 'x'));
  EXPECT_EQ(check_lock_block(site.premises(), site.place(), true).front().check, "lock.gate");
  EXPECT_EQ(check_lock_block(site.premises(), site.place(), true).front().state, State::fault);
  EXPECT_EQ(check_lock_block(site.premises(), site.place(), false).front().state, State::warning);
  install_lock(site.locked().string(), gate);
  std::string text = read_file(site.locked() / ".htaccess");
  write_file(site.locked() / ".htaccess", text.replace(text.find("# END"), 0, "# by hand\n"));
  EXPECT_EQ(check_lock_block(site.premises(), site.place(), true).front().check, "lock.block");
}

}  // namespace
}  // namespace claimcheck::htaccess
