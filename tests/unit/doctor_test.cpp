#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "core/error.h"
#include "htaccess/delivery_check.h"
#include "htaccess/hand_off_check.h"
#include "htaccess/install.h"
#include "htaccess/lock_check.h"
#include "htaccess/route_check.h"
#include "htaccess/worker_files.h"
#include "tests/support/process.h"

namespace claimcheck::htaccess {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

const std::string gate(64, 'g');
const std::string site_url = "http://site.test";

WebAnswer answer(int status, std::string body = {}, Fields headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

/// docroot/uploads/locked, and a fetch that serves files of docroot as a web server would, unless `refuse` says otherwise.
struct FakeSite {
  FakeSite() {
    fs::create_directories(locked());
    install_lock(locked().string(), gate);
  }
  fs::path docroot() const { return folder / "docroot"; }
  fs::path locked() const { return docroot() / "uploads/locked"; }
  LockedFolder place() const {
    return {.storage = "uploads", .path = locked(), .url = "/uploads/locked", .delivery = "stream"};
  }
  Premises premises() const {
    return {.url = site_url, .prefix = "/dl", .docroot = docroot(), .gate = gate, .folders = {place()}};
  }
  Fetch serve(std::function<WebAnswer(const fs::path&)> refuse) const {
    return [this, refuse = std::move(refuse)](const WebRequest& request) {
      const fs::path path = request.url.substr(site_url.size() + 1);
      const WebAnswer refused = refuse(path);
      if (refused.status != 0 || refused.failure != Failure::none) return refused;
      const fs::path file = docroot() / path;
      return fs::is_regular_file(file) ? answer(200, read_file(file)) : answer(404);
    };
  }
  Findings look(const Fetch& fetch) {
    Canaries canaries{secure_random()};
    const Mapping mapping = prove_mapping(premises(), place(), canaries, fetch);
    return check_lock(premises(), place(), mapping, canaries, fetch);
  }
  TemporaryFolder folder;
};

bool is_locked(const fs::path& path) {
  return path.string().starts_with("uploads/locked/");
}

TEST(DoctorsTable, EveryCheckHasItsOwnIdAndAFix) {
  std::set<std::string_view> ids;
  for (const Check& check : checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_FALSE(check.proves.empty() || check.fix.empty()) << check.id;
  }
  EXPECT_THROW(found("nosuch", "", State::ok, ""), Error);
  EXPECT_EQ(found("lock", "/a b", State::leak, "").fix, "claimcheck lock install /a b");
  EXPECT_EQ(found("lock", "/a", State::ok, "").fix, "");
}

TEST(DoctorsTable, OnlyAChecksOwnFixIsForTheDoctor) {
  EXPECT_TRUE(found("lock", "/a", State::leak, "").mendable);
  EXPECT_TRUE(found("lock", "/a", State::unverified, "").mendable);
  EXPECT_FALSE(found("lock", "/a", State::ok, "").mendable);
  EXPECT_FALSE(found("lock", "/a", State::leak, "", "AllowOverride All").mendable);
  EXPECT_FALSE(found("lock.nested", "/a", State::leak, "").mendable);
}

TEST(DoctorsTable, StandsInTheDocumentation) {
  const std::string page = read_file(fs::path{CLAIMCHECK_SOURCE_DIR} / "docs/doctor.md");
  for (const Check& check : checks())
    EXPECT_NE(page.find(fmt::format("| `{}` | {} |", check.id, check.proves)), std::string::npos)
        << fmt::format("| `{}` | {} |", check.id, check.proves);
}

TEST(DoctorsTable, OnlyFaultsLeaksAndASiteOutOfReachMakeASiteIll) {
  const struct {
    const char* check;
    State state;
    bool ill;
  } cases[] = {{"lock", State::ok, false},
               {"lock", State::mended, false},
               {"lock", State::warning, false},
               {"lock", State::unverified, false},
               {"lock", State::fault, true},
               {"lock", State::leak, true},
               {"site.reach", State::unverified, true}};
  for (const auto& c : cases) EXPECT_EQ(is_ill({found(c.check, "", c.state, "")}), c.ill) << c.check << to_string(c.state);
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
    const Findings findings = site.look(site.serve(c.refuse));
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
  const Findings findings = site.look(site.serve([&](const fs::path& path) -> WebAnswer {
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
  Findings findings = site.look(site.serve(locked));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings.back().check, "lock.nested");
  EXPECT_EQ(findings.back().state, State::warning);
  EXPECT_EQ(findings.back().subject, (site.locked() / "open/.htaccess").string());

  findings = site.look(site.serve(
      [&](const fs::path& path) { return path.string().find("/open/") == std::string::npos ? locked(path) : WebAnswer{}; }));
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

TEST(DoctorRoute, ToldByTheAnswerAndTheFiles) {
  const std::string wordpress = "# BEGIN WordPress\nRewriteEngine On\n# END WordPress\n",
                    ours =
                        "# BEGIN claimcheck-site\nRewriteRule ^dl(/.*)?$ /claimcheck/claimcheck.fcgi$1 [QSA,L]\n"
                        "# END claimcheck-site\n";
  const struct {
    const char* name;
    std::string htaccess;
    std::string listen;
    WebAnswer answer;
    const char* check;
  } cases[] = {
      {"the worker", ours + wordpress, "", answer(200, R"({"status":"ok"})"), "route"},
      {"something like it", ours + wordpress, "", answer(200, R"({"status":"okay"})"), "route.ignored"},
      {"no block", wordpress, "", answer(404), "route.block"},
      {"no file", "", "", answer(404), "route.block"},
      {"a block too low", wordpress + ours, "", answer(404), "route.order"},
      {"a block that is not read", ours + wordpress, "", answer(404), "route.ignored"},
      {"nginx", ours, "", answer(404, "", {{"Server", "nginx/1.22"}}), "route.block"},
      {"a virtual host without our lines", "", "unix:/run/x.sock", answer(404), "route.block"},
      {"no right to run", ours, "", answer(403), "route.exec"},
      {"no start", ours, "", answer(500), "route.start"},
      {"no socket", ours, "unix:/nowhere/x.sock", answer(503), "route.worker"},
      {"no worker", ours, "tcp:127.0.0.1:9000", answer(502), "route.worker"},
      {"a password", ours, "", answer(401), "route"},
      {"another address", ours, "", answer(301, "", {{"location", "https://www.site.test/dl"}}), "site.url"},
      {"no certificate", ours, "", {.failure = Failure::certificate, .reason = "expired"}, "site.certificate"},
      {"nobody", ours, "", {.failure = Failure::unreachable, .reason = "refused"}, "site.reach"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const TemporaryFolder docroot;
    if (!c.htaccess.empty()) write_file(docroot / ".htaccess", c.htaccess);
    const Premises premises{
        .url = site_url, .prefix = "/dl", .docroot = docroot.path(), .rules = docroot.path(), .listen = c.listen};
    const Fetch fetch = [&](const WebRequest&) { return answer(404); };
    const Route route = judge_route(premises, c.answer, false, fetch);
    EXPECT_EQ(route.findings.back().check, c.check) << route.findings.back().message;
    EXPECT_EQ(route.ours, c.name == std::string{"the worker"});
    EXPECT_EQ(route.findings.back().fix.empty(), route.ours);
    EXPECT_EQ(route.reached, c.answer.failure != Failure::unreachable);
  }
}

TEST(DoctorRoute, AFileThatIsSentInsteadOfRunShowsAtTheBarePrefix) {
  const Premises premises{.url = site_url, .prefix = "/dl"};
  const Fetch fetch = [](const WebRequest& request) {
    return request.url.ends_with("/dl") ? answer(200, std::string{"\x7f"
                                                                  "ELF\x02\x01",
                                                                  6}
                                                          .substr(0, request.most))
                                        : answer(404);
  };
  EXPECT_EQ(judge_route(premises, answer(404), false, fetch).findings.back().check, "route.handler");
}

TEST(DoctorRoute, AKeyIsRefusedAsUnknownOrAsMissing) {
  const struct {
    const char* body;
    int status;
    State state;
  } cases[] = {{R"({"error":"unauthorized","details":{"key":"unknown"}})", 401, State::ok},
               {R"({"error":"unauthorized","details":{"key":"missing"}})", 401, State::fault},
               {R"({"error":"unavailable"})", 503, State::unverified},
               {"<h1>Unauthorized</h1>", 401, State::unverified},
               {R"({"error":"unauthorized"})", 401, State::unverified}};
  for (const auto& c : cases) {
    const Fetch fetch = [&](const WebRequest&) { return answer(c.status, c.body); };
    EXPECT_EQ(check_authorization({.url = site_url, .prefix = "/dl"}, "key", fetch).state, c.state) << c.body;
  }
}

TEST(DoctorRoute, AReportIsReadAndCompared) {
  const auto report = parse_report(R"({"program":"claimcheck","version":"1","mode":"cgi","server":"Apache","gate_digest":"",
    "hand_offs":["local","accel"],"deliveries":{"uploads":"stream"},"more":1})");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->hand_offs, (std::vector<std::string>{"local", "accel"}));
  EXPECT_EQ(report->deliveries.at("uploads"), "stream");
  for (const char* other : {"", "[]", "{}", R"({"program":"wordpress"})"}) EXPECT_FALSE(parse_report(other)) << other;

  const Premises premises{.url = site_url, .gate = gate};
  EXPECT_EQ(check_report(premises, *report, "2").front().state, State::fault);
  EXPECT_EQ(check_report(premises, *report, "1").back().check, "route.gate");
  WorkerReport good = *report;
  good.gate_digest = Digest::of(gate).hex();
  EXPECT_EQ(check_report(premises, good, "1").back().check, "route.version");
  good = *report;
  good.mode = "socket";
  EXPECT_EQ(check_report(premises, good, "1").size(), 1U) << "a worker with a socket of its own has no gate";
}

TEST(DoctorHandOff, AWayIsBelievedOnlyIfTheFileArrives) {
  const struct {
    const char* name;
    const char* configured;
    std::vector<std::string> announced;
    const char* mode;
    std::function<WebAnswer(const std::string& text, const std::string& way)> sends;
    const char* check;
    State state;
    const char* told;
    std::optional<DeliveryWay> way = {};
  } cases[] = {
      {"it works",
       "local",
       {"local"},
       "cgi",
       [](auto& text, auto&) { return answer(200, text); },
       "hand_off",
       State::ok,
       "local"},
      {"it is not announced",
       "xsendfile",
       {},
       "socket",
       [](auto&, auto&) { return answer(500); },
       "hand_off",
       State::fault,
       "delivery = \"stream\"",
       DeliveryWay{}},
      {"nothing comes",
       "xsendfile",
       {"xsendfile"},
       "socket",
       [](auto&, auto&) { return answer(200); },
       "hand_off",
       State::fault,
       "other bytes",
       DeliveryWay{}},
      {"the path comes",
       "xsendfile",
       {"xsendfile"},
       "socket",
       [](auto& text, auto&) { return answer(200, text, {{"X-Sendfile", "/home/me"}}); },
       "hand_off",
       State::fault,
       "X-Sendfile",
       DeliveryWay{}},
      {"another one works",
       "xsendfile",
       {"local", "xsendfile"},
       "fastcgi",
       [](auto& text, auto& way) { return way == "local" ? answer(200, text) : answer(404); },
       "hand_off",
       State::fault,
       "delivery = \"local\"\nurl = \"/uploads/locked\"",
       DeliveryWay{HandOff::local, "/uploads/locked"}},
      {"a local redirect to a socket's client",
       "local",
       {"local"},
       "socket",
       [](auto&, auto&) { return answer(200); },
       "hand_off",
       State::fault,
       "delivery = \"stream\"",
       DeliveryWay{}},
      {"streaming, though nginx would send",
       "stream",
       {"accel"},
       "socket",
       [](auto& text, auto&) { return answer(200, text); },
       "hand_off.better",
       State::warning,
       "delivery = \"accel\"",
       DeliveryWay{HandOff::accel, "/uploads/locked"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    FakeSite site;
    LockedFolder folder = site.place();
    folder.delivery = c.configured;
    Canaries canaries{secure_random()};
    const Fetch fetch = [&](const WebRequest& request) {
      const auto order = nlohmann::json::parse(request.body);
      EXPECT_EQ(order.at("key"), "key");
      return c.sends(read_file(site.locked() / order.at("file").get<std::string>()), order.at("hand_off").get<std::string>());
    };
    const WorkerReport report{.mode = c.mode, .hand_offs = c.announced};
    const Findings findings = check_hand_off(site.premises(), folder, report, "key", canaries, fetch);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().check, c.check);
    EXPECT_EQ(findings.front().state, c.state);
    EXPECT_NE((findings.front().message + findings.front().fix).find(c.told), std::string::npos)
        << findings.front().message << findings.front().fix;
    EXPECT_EQ(findings.front().way, c.way);
    EXPECT_EQ(findings.front().mendable, c.way.has_value());
  }
}

TEST(DoctorHandOff, AWorkerThatRunsWithYesterdaysConfigurationIsToBeRestarted) {
  const LockedFolder folder{.storage = "a", .delivery = "local"};
  Canaries canaries{secure_random()};
  const WorkerReport report{.mode = "socket", .deliveries = {{"a", "stream"}}};
  const Finding stale = check_hand_off({}, folder, report, "", canaries, {}).front();
  EXPECT_EQ(stale.check, "hand_off.stale");
  EXPECT_NE(stale.fix.find("systemctl restart claimcheck@1"), std::string::npos) << stale.fix;
}

TEST(DoctorDelivery, LargeFilesThroughModFcgidAreAWarning) {
  const TemporaryFolder root;
  write_file(root / "large", "x");
  fs::resize_file(root / "large", 400'000'000);
  const LockedFolder folder{.storage = "a", .path = root.path(), .delivery = "stream"};
  const WorkerReport fcgid{.mode = "fastcgi", .server = "Apache/2.4"};
  EXPECT_EQ(check_delivery_time(folder, fcgid).front().state, State::warning);
  LockedFolder handed = folder;
  handed.delivery = "local";
  EXPECT_TRUE(check_delivery_time(handed, fcgid).empty());
  EXPECT_TRUE(check_delivery_time(folder, {.mode = "socket", .server = "Apache/2.4"}).empty());
  fs::resize_file(root / "large", 1000);
  EXPECT_TRUE(check_delivery_time(folder, fcgid).empty());
}

TEST(DoctorFiles, WhatSuExecRefusesIsSeenBeforeTheVisitorSeesIt) {
  const struct {
    const char* name;
    unsigned program, folder;
    bool link;
    const char* fix;
  } cases[] = {{"as it should be", 0755, 0755, false, nullptr},
               {"narrower", 0700, 0700, false, nullptr},
               {"the group may write it", 0775, 0755, false, "chmod 755"},
               {"anybody may write it", 0757, 0755, false, "chmod 755"},
               {"the group may write the folder", 0755, 0775, false, "chmod 755"},
               {"no program", 0644, 0755, false, "chmod 755"},
               {"a link", 0755, 0755, true, "readlink -f"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const TemporaryFolder root;
    const fs::path folder = root / "claimcheck", worker = folder / "claimcheck.fcgi";
    fs::create_directory(folder);
    write_file(c.link ? root / "real" : worker, "");
    if (c.link) fs::create_symlink(root / "real", worker);
    fs::permissions(worker, fs::perms{c.program});
    fs::permissions(folder, fs::perms{c.folder});
    const Findings findings = check_worker_files(folder);
    ASSERT_EQ(findings.size(), c.fix == nullptr ? 0U : 1U);
    for (const Finding& each : findings) EXPECT_NE(each.fix.find(c.fix), std::string::npos) << each.fix;
  }
  EXPECT_TRUE(check_worker_files({}).empty());
}

TEST(DoctorFiles, SecretsAreNotForOthersAndNotInTheDocumentRoot) {
  const TemporaryFolder root;
  const fs::path docroot = root / "public_html", file = docroot / "claimcheck.toml";
  fs::create_directory(docroot);
  write_file(file, "");
  fs::permissions(file, fs::perms{0640});
  EXPECT_EQ(check_secret_file(file, docroot).front().check, "permission.place");
  EXPECT_TRUE(check_secret_file(file, {}).empty());
  fs::permissions(file, fs::perms{0644});
  EXPECT_EQ(check_secret_file(file, {}).front().check, "permission.config");
  EXPECT_TRUE(check_secret_file(root / "nosuch", docroot).empty());
}

TEST(DoctorPremises, TheDocumentRootIsGuessedByItsSigns) {
  const TemporaryFolder root;
  const auto roots = [](const fs::path& storage, const std::string& prefix = "/dl") {
    Premises premises{.prefix = prefix};
    find_roots(premises, storage);
    return premises;
  };
  const fs::path storage = root / "site/web/uploads/claimcheck";
  fs::create_directories(storage);
  EXPECT_EQ(roots(storage).docroot, fs::path{});
  EXPECT_EQ(install_arguments(roots(storage)), "DOCROOT");
  fs::rename(root / "site", root / "public_html");
  const fs::path docroot = root / "public_html", moved = docroot / "web/uploads/claimcheck";
  EXPECT_EQ(roots(moved).docroot, docroot);
  write_file(docroot / "web/wp-load.php", "");
  EXPECT_EQ(roots(moved).docroot, docroot / "web");
  install_site(docroot.string(), {.worker_url = "/bin/claimcheck.fcgi"});
  Premises found = roots(moved);
  EXPECT_EQ(found.docroot, docroot);
  EXPECT_EQ(found.rules, docroot);
  EXPECT_EQ(url_path(moved, docroot), "/web/uploads/claimcheck");
  EXPECT_EQ(url_path(root / "elsewhere", docroot), "");
  EXPECT_EQ(worker_folder(found), fs::path{});
  fs::create_directory(docroot / "bin");
  EXPECT_EQ(worker_folder(found), docroot / "bin");
  found.worker = docroot / "bin";
  EXPECT_EQ(install_arguments(found), docroot.string() + " --worker-dir " + found.worker.string());
  found.worker = docroot / "claimcheck";
  EXPECT_EQ(install_arguments(found), docroot.string());
}

TEST(DoctorPremises, ASubFolderMayHaveTheRulesOfItsOwn) {
  const TemporaryFolder root;
  const fs::path blog = root / "web/blog", storage = blog / "uploads/claimcheck";
  fs::create_directories(storage);
  fs::create_directories(blog / "claimcheck");
  install_site(blog.string(), {.prefix = "/blog/dl", .worker_url = "/blog/claimcheck/claimcheck.fcgi", .folder_url = "/blog"});
  Premises guessed{.prefix = "/blog/dl"};
  find_roots(guessed, storage);
  Premises told{.prefix = "/blog/dl", .docroot = root / "web"};
  find_roots(told, storage);
  for (const Premises& each : {guessed, told}) {
    EXPECT_EQ(each.docroot, root / "web");
    EXPECT_EQ(each.rules, blog);
    EXPECT_EQ(worker_folder(each), blog / "claimcheck");
    EXPECT_EQ(install_arguments(each), blog.string() + " --docroot " + (root / "web").string());
  }
}

TEST(DoctorCanaries, AreReadableForAllAndGoAgain) {
  const TemporaryFolder root;
  const auto before = ::umask(077);
  {
    Canaries canaries{secure_random()};
    const Canary small = canaries.add(root.path(), ".zip", [](const std::string& word) { return word + "!"; });
    EXPECT_EQ(read_file(small.path), small.word + "!");
    EXPECT_EQ(fs::status(small.path).permissions(), fs::perms{0644});
    const Canary large = canaries.add_large(canaries.add_folder(root.path()), ".bin", 1 << 24);
    EXPECT_EQ(fs::file_size(large.path), 1U << 24);
    EXPECT_THROW(canaries.add(root / "nosuch", ".zip", [](const std::string& word) { return word; }), Error);
  }
  ::umask(before);
  EXPECT_TRUE(fs::is_empty(root.path()));
}

TEST(DoctorCanaries, ThoseOfAKilledRunGoAfterAnHour) {
  const TemporaryFolder root;
  write_file(root / "claimcheck-canary-abc.zip", "");
  write_file(root / "mine.zip", "");
  const Time now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  Canaries::sweep(root.path(), now);
  EXPECT_TRUE(fs::exists(root / "claimcheck-canary-abc.zip")) << "another doctor may be at work";
  Canaries::sweep(root.path(), now + seconds{7200});
  EXPECT_FALSE(fs::exists(root / "claimcheck-canary-abc.zip"));
  EXPECT_TRUE(fs::exists(root / "mine.zip"));
}

}  // namespace
}  // namespace claimcheck::htaccess
